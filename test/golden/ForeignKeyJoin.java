// Prints test/golden/foreign-key-join.json: hashes, serialised subscriptions and responses, and what foreign-key joins
// write to their topics and changelogs, as Apache Kafka Streams' own code makes them.
//
//   java -cp <class path with kafka-streams and kafka-streams-test-utils> ForeignKeyJoin.java > foreign-key-join.json
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TableJoined;
import org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionResponseWrapper;
import org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionResponseWrapperSerde;
import org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionWrapper;
import org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionWrapper.Instruction;
import org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionWrapperSerde;
import org.apache.kafka.streams.state.internals.Murmur3;

public class ForeignKeyJoin {
  static String hex(byte[] bytes) { return bytes == null ? "null" : '"' + HexFormat.of().formatHex(bytes) + '"'; }

  static String text(String text) { return text == null ? "null" : '"' + text + '"'; }

  static String hex(long[] hash) {
    return hash == null ? "null" : hex(ByteBuffer.allocate(16).putLong(hash[0]).putLong(hash[1]).array());
  }

  static void list(String name, List<String> rows, boolean last) {
    System.out.println("  \"" + name + "\": [\n    " + String.join(",\n    ", rows) + "\n  ]" + (last ? "" : ","));
  }

  static List<String> hashes() {
    List<String> rows = new ArrayList<>();
    for (int length = 0; length <= 49; length++) {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 37 + length * 11 + 200);
      rows.add("[" + hex(bytes) + ", " + hex(Murmur3.hash128(bytes)) + "]");
    }
    return rows;
  }

  static List<String> subscriptions() {
    var serde = new SubscriptionWrapperSerde<>(() -> "pseudo", Serdes.String());
    List<String> rows = new ArrayList<>();
    for (Instruction instruction : Instruction.values())
      for (long[] hash : new long[][] {null, {-1L, 0x0123456789abcdefL}})
        for (Integer partition : new Integer[] {null, 0, 5, 70_000}) {
          byte version = (byte) (partition == null ? 0 : 1);
          var wrapper = new SubscriptionWrapper<>(hash, instruction, "kü", version, partition);
          byte[] bytes = serde.serializer().serialize("topic", new RecordHeaders(), wrapper);
          rows.add("[" + instruction.value() + ", " + hex(hash) + ", " + partition + ", " + hex(bytes) + "]");
        }
    return rows;
  }

  static List<String> responses() {
    var serde = new SubscriptionResponseWrapperSerde<>(Serdes.String());
    List<String> rows = new ArrayList<>();
    for (String value : new String[] {null, "r", "right ü"})
      for (long[] hash : new long[][] {null, {Long.MIN_VALUE, 77L}}) {
        byte[] bytes = serde.serializer().serialize("topic", new RecordHeaders(),
            new SubscriptionResponseWrapper<>(hash, value, 3));
        rows.add("[" + hex(hash) + ", " + text(value) + ", " + hex(bytes) + "]");
      }
    return rows;
  }

  // An l is of the left table, an r of the right one. The foreign key is the first letter of the value.
  static final String[][] inputs = {
    {"r", "x", "right x", "1"}, {"l", "a", "x1", "2"}, {"l", "b", "x2", "3"}, {"l", "c", "y1", "0"},
    {"r", "x", "right x again", "5"}, {"l", "a", "y2", "6"}, {"r", "y", "right y", "4"}, {"l", "b", "", "8"},
    {"l", "c", null, "9"}, {"r", "y", null, "10"}, {"l", "a", "xyz", "11"}, {"l", "a", "xyzz", "12"}, {"r", "x", "", "13"},
  };

  static void run(boolean left, boolean last) {
    var builder = new StreamsBuilder();
    var consumed = Consumed.with(Serdes.String(), Serdes.String());
    KTable<String, String> lefts = builder.table("left", consumed);
    KTable<String, String> rights = builder.table("right", consumed);
    var joined = TableJoined.<String, String>as("fk");
    var store = Materialized.<String, String, org.apache.kafka.streams.state.KeyValueStore<
        org.apache.kafka.common.utils.Bytes, byte[]>>as("result").withKeySerde(Serdes.String()).withValueSerde(Serdes.String());
    java.util.function.Function<String, String> key = value -> value.isEmpty() ? null : value.substring(0, 1);
    var result = left
        ? lefts.leftJoin(rights, key, (l, r) -> l + "+" + r, joined, store)
        : lefts.join(rights, key, (l, r) -> l + "+" + r, joined, store);
    result.toStream().to("out");
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    List<String> rows = new ArrayList<>();
    try (var driver = new TopologyTestDriver(builder.build(), properties)) {
      var l = driver.createInputTopic("left", new StringSerializer(), new StringSerializer());
      var r = driver.createInputTopic("right", new StringSerializer(), new StringSerializer());
      for (String[] input : inputs)
        (input[0].equals("l") ? l : r).pipeInput(input[1], input[2], Long.parseLong(input[3]));
      for (String topic : List.of("app-fk-subscription-registration-topic", "app-fk-subscription-store-changelog",
          "app-fk-subscription-response-topic", "app-result-changelog", "out")) {
        TestOutputTopic<byte[], byte[]> output =
            driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        while (!output.isEmpty()) {
          var record = output.readRecord();
          rows.add("[\"" + topic + "\", " + hex(record.key()) + ", " + hex(record.value()) + ", " + record.timestamp() + "]");
        }
      }
    }
    list(left ? "leftJoin" : "join", rows, last);
  }

  public static void main(String[] args) {
    System.out.println("{");
    list("hashes", hashes(), false);
    list("subscriptions", subscriptions(), false);
    list("responses", responses(), false);
    List<String> rows = new ArrayList<>();
    for (String[] i : inputs) rows.add("[\"" + i[0] + "\", \"" + i[1] + "\", " + text(i[2]) + ", " + i[3] + "]");
    list("inputs", rows, false);
    run(false, false);
    run(true, true);
    System.out.println("}");
  }
}
