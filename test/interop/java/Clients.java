/** Producers, consumers, group members and transactions of the Java client. */
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

final class Clients {
  final Map<String, Host.Act> acts = new HashMap<>();
  private final String bootstrap;
  private final Map<String, KafkaProducer<String, String>> producers = new HashMap<>();
  private final Map<String, GroupMember> members = new ConcurrentHashMap<>();
  private int handles = 0;

  Clients(String bootstrap) {
    this.bootstrap = bootstrap;
    acts.put("produce", this::produce);
    acts.put("read", this::read);
    acts.put("join", this::join);
    acts.put("seen", question -> members.get(question.get("member").asText()).seen());
    acts.put("assigned", question -> members.get(question.get("member").asText()).assigned());
    acts.put("rebalances", question -> members.get(question.get("member").asText()).rebalances());
    acts.put("leave", question -> members.get(question.get("member").asText()).end(true));
    acts.put("crash", question -> members.get(question.get("member").asText()).end(false));
    acts.put("takeOver", this::takeOver);
    acts.put("begin", question -> { producerOf(question).beginTransaction(); return null; });
    acts.put("send", question -> { send(producerOf(question), question); return null; });
    acts.put("sendOffsets", this::sendOffsets);
    acts.put("commit", question -> { producerOf(question).commitTransaction(); return null; });
    acts.put("abort", question -> { producerOf(question).abortTransaction(); return null; });
    acts.put("closeProducer", question -> { producerOf(question).close(Duration.ofSeconds(1)); return null; });
  }

  private Object produce(JsonNode question) throws Exception {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", 20));
    config.put("compression.type", question.get("codec").asText());
    try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      send(producer, question);
    }
    return null;
  }

  private static void send(KafkaProducer<String, String> producer, JsonNode question) throws Exception {
    List<Future<?>> sent = new ArrayList<>();
    String topic = question.get("topic").asText();
    for (JsonNode message : question.get("messages")) {
      sent.add(producer.send(new ProducerRecord<>(topic, message.get("key").asText(), message.get("value").asText())));
    }
    producer.flush();
    for (Future<?> each : sent) each.get();
  }

  private KafkaConsumer<String, String> consumer(Map<String, Object> settings) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "fetch.max.wait.ms", 100));
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    config.putAll(settings);
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private Object read(JsonNode question) {
    String isolation = question.get("committedOnly").asBoolean() ? "read_committed" : "read_uncommitted";
    int count = question.get("count").asInt();
    List<Object> seen = new ArrayList<>();
    try (var consumer = consumer(Map.of("isolation.level", isolation))) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (var each : consumer.partitionsFor(question.get("topic").asText())) {
        partitions.add(new TopicPartition(each.topic(), each.partition()));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      if (question.hasNonNull("fromTime")) {
        Map<TopicPartition, Long> times = new HashMap<>();
        for (TopicPartition each : partitions) times.put(each, question.get("fromTime").asLong());
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> found : consumer.offsetsForTimes(times).entrySet()) {
          if (found.getValue() == null) consumer.seekToEnd(List.of(found.getKey()));
          else consumer.seek(found.getKey(), found.getValue().offset());
        }
      }
      long end = System.currentTimeMillis() + 15_000;
      while (seen.size() < count && System.currentTimeMillis() < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          seen.add(Map.of("value", record.value(), "timestamp", record.timestamp(), "partition", record.partition(),
              "offset", record.offset()));
        }
      }
    }
    if (seen.size() < count) throw new IllegalStateException(seen.size() + " of " + count + " records after 15 s");
    return seen.subList(0, count);
  }

  /** `settings` are further ones of the consumer: its assignor, its instance id, its protocol. */
  private Object join(JsonNode question) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("group.id", question.get("group").asText());
    JsonNode further = question.path("settings");
    if (!"consumer".equals(further.path("group.protocol").asText())) {
      settings.put("session.timeout.ms", 3000);
      settings.put("heartbeat.interval.ms", 500);
    }
    further.fields().forEachRemaining(each -> settings.put(each.getKey(), each.getValue().asText()));
    String name = "member-" + (handles += 1);
    members.put(name, new GroupMember(consumer(settings), question.get("topic").asText()));
    return name;
  }

  private Object takeOver(JsonNode question) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap));
    config.put("transactional.id", question.get("id").asText());
    config.put("max.block.ms", 15_000);
    if (question.hasNonNull("timeoutMs")) config.put("transaction.timeout.ms", question.get("timeoutMs").asInt());
    var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    String name = "producer-" + (handles += 1);
    producers.put(name, producer);
    return name;
  }

  private KafkaProducer<String, String> producerOf(JsonNode question) {
    return producers.get(question.get("producer").asText());
  }

  private Object sendOffsets(JsonNode question) {
    TopicPartition partition = new TopicPartition(question.get("topic").asText(), question.get("partition").asInt());
    Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    offsets.put(partition, new OffsetAndMetadata(question.get("offset").asLong()));
    producerOf(question).sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(question.get("group").asText()));
    return null;
  }
}
