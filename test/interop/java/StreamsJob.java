/** A Kafka Streams application that counts values by their first letter: a repartition topic, a store with a changelog. */
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

final class StreamsJob {
  final Map<String, Host.Act> acts = new HashMap<>();
  private final String bootstrap;

  StreamsJob(String bootstrap) {
    this.bootstrap = bootstrap;
    acts.put("streams", this::run);
  }

  /** Runs without local state until the counts in the output have the sum that is asked for; the counts. */
  private Object run(JsonNode question) throws Exception {
    String output = question.get("output").asText();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(question.get("input").asText(), Consumed.with(Serdes.String(), Serdes.String()))
        .groupBy((key, value) -> value.substring(0, 1), Grouped.with(Serdes.String(), Serdes.String()))
        .count(Materialized.as("counts"))
        .toStream()
        .to(output, Produced.with(Serdes.String(), Serdes.Long()));
    Path state = Files.createTempDirectory("interop-streams");
    Properties config = new Properties();
    config.put("application.id", question.get("application").asText());
    config.put("bootstrap.servers", bootstrap);
    config.put("state.dir", state.toString());
    config.put("processing.guarantee", question.get("guarantee").asText());
    config.put("commit.interval.ms", 100);
    config.put("auto.offset.reset", "earliest");
    config.put("session.timeout.ms", 3000); // An instance that closes does not leave its group.
    config.put("heartbeat.interval.ms", 500);
    List<Throwable> failures = new ArrayList<>();
    try (KafkaStreams streams = new KafkaStreams(builder.build(), config)) {
      streams.setUncaughtExceptionHandler(thrown -> {
        failures.add(thrown);
        return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      });
      streams.start();
      return counts(output, question.get("sum").asLong(), failures);
    } finally {
      try (var files = Files.walk(state)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
      }
    }
  }

  private Map<String, Long> counts(String topic, long sum, List<Throwable> failures) {
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed");
    Map<String, Long> counts = new TreeMap<>();
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new LongDeserializer())) {
      var partitions = consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = System.currentTimeMillis() + 40_000;
      while (counts.values().stream().mapToLong(each -> each).sum() < sum) {
        if (!failures.isEmpty()) throw new IllegalStateException("the application has failed: " + failures.get(0));
        if (System.currentTimeMillis() > end) throw new IllegalStateException("only " + counts + " after 40 s");
        consumer.poll(Duration.ofMillis(200)).forEach(record -> counts.put(record.key(), record.value()));
      }
    }
    return counts;
  }
}
