// Prints test/golden/changelog-records.json: what Apache Kafka Streams writes to the internal topics of a few topologies,
// record by record, in its own test driver.
//
//   java -cp <class path with kafka-streams and kafka-streams-test-utils> ChangelogRecords.java > changelog-records.json
//
// test/conformance/oracle/pom.xml names what the class path needs. The topologies are declared again, by the names used
// here, in test/semantics/changelog-bytes.test.ts.
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.api.*;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.*;
import org.apache.kafka.streams.test.TestRecord;

public class ChangelogRecords {
  record Input(String topic, String key, String value, long timestamp) {}

  static Input in(String topic, String key, String value, long timestamp) {
    return new Input(topic, key, value, timestamp);
  }

  static final List<String> cases = new ArrayList<>();

  static void run(String name, StreamsBuilder builder, List<Input> inputs, String topic) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    // Without Kafka's limit of one look for unmatched records a second.
    config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
    List<String> rows = new ArrayList<>();
    try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), config)) {
      var bytes = new ByteArrayDeserializer();
      for (int n = 0; n < inputs.size(); n++) {
        Input input = inputs.get(n);
        RecordHeaders headers = new RecordHeaders();
        headers.add("n", Integer.toString(n).getBytes(StandardCharsets.UTF_8));
        headers.add("none", null);
        driver.createInputTopic(input.topic, new StringSerializer(), new StringSerializer())
            .pipeInput(new TestRecord<>(input.key, input.value, headers, input.timestamp));
        if (!driver.producedTopicNames().contains(topic)) continue;
        // Sorted, because Kafka writes what a commit has changed in the order of hashes.
        int number = n;
        driver.createOutputTopic(topic, bytes, bytes).readRecordsToList().stream().map(record -> row(number, record)).sorted()
            .forEach(rows::add);
      }
    }
    cases.add("    { \"name\": \"" + name + "\", \"topic\": \"" + topic + "\", \"records\": [\n" + String.join(",\n", rows) + "\n    ] }");
  }

  /** Input that caused it, key, value, timestamp (null: the wall clock's), headers. */
  static String row(int n, TestRecord<byte[], byte[]> record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers()) headers.add("[\"" + header.key() + "\", " + hex(header.value()) + "]");
    return "      [" + n + ", " + hex(record.key()) + ", " + hex(record.value()) + ", " + record.timestamp() + ", [" + String.join(", ", headers) + "]]";
  }

  static String hex(byte[] bytes) { return bytes == null ? "null" : "\"" + HexFormat.of().formatHex(bytes) + "\""; }

  static void suppress() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.table("in1", Materialized.as("rows"))
        .suppress(Suppressed.untilTimeLimit(Duration.ofMillis(50), Suppressed.BufferConfig.unbounded()).withName("held"))
        .toStream().to("out");
    run("suppress", builder, List.of(
        in("in1", "a", "one", 100), in("in1", "a", "two", 110), in("in1", "b", "other", 120), in("in1", "z", "on", 165),
        in("in1", "a", "three", 170), in("in1", "a", "four", 171), in("in1", "b", null, 172), in("in1", "ä", "ö", 173),
        in("in1", "z", "on", 400)), "app-held-store-changelog");
  }

  /** What leaves early, which tells how Kafka counts the bytes of a buffer. */
  static void bounded(int bytesMax) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.table("in1", Materialized.as("rows"))
        .suppress(Suppressed.untilTimeLimit(Duration.ofHours(1), Suppressed.BufferConfig.maxBytes(bytesMax).emitEarlyWhenFull())
            .withName("held"))
        .toStream().to("out");
    run("suppress, at most " + bytesMax + " bytes", builder, List.of(
        in("in1", "a", "12345678", 1), in("in1", "b", "1", 2), in("in1", "a", "123456789012345678", 3), in("in1", "ä", "ö", 4),
        in("in1", "a", null, 5), in("in1", "b", "1234567", 6), in("in1", "a", "x", 7), in("in1", "c", "12345678901234567890", 8)),
        "out");
  }

  static void windows() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream("in1").groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMillis(10), Duration.ofMillis(5)))
        .reduce((left, right) -> left + "+" + right,
            Materialized.<String, String, WindowStore<Bytes, byte[]>>as("sums").withKeySerde(Serdes.String()))
        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()).withName("final"))
        .toStream((key, value) -> key.key()).to("out");
    run("suppress until windows close", builder, List.of(
        in("in1", "a", "x", 3), in("in1", "a", "y", 4), in("in1", "b", "z", 12), in("in1", "a", "w", 9), in("in1", "c", "v", 40)),
        "app-final-store-changelog");
  }

  static void outerJoin() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream("in1").outerJoin(builder.<String, String>stream("in2"), (left, right) -> left + "+" + right,
        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofMillis(10), Duration.ofMillis(5)),
        StreamJoined.<String, String, String>as("joined").withKeySerde(Serdes.String()).withValueSerde(Serdes.String())
            .withOtherValueSerde(Serdes.String())).to("out");
    run("held records of an outer join", builder, List.of(
        in("in1", "a", "l1", 100), in("in1", "a", "l2", 100), in("in2", "b", "r1", 101), in("in2", "a", "r2", 104),
        in("in1", "c", "", 106), in("in2", "d", "r3", 106), in("in1", "x", "l3", 140), in("in1", "ä", "ö", 1_700_000_000_000L)),
        "app-joined-outer-shared-join-store-changelog");
  }

  static void changes() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>table("in1", Materialized.as("rows"))
        .groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value), Grouped.as("groups"))
        .reduce((left, right) -> left + "+" + right, (left, right) -> left + "-" + right, Materialized.as("sums"))
        .toStream().to("out");
    run("changes of a grouped table", builder, List.of(
        in("in1", "a", "x1", 1), in("in1", "a", "x2", 2), in("in1", "a", "y".repeat(200), 3), in("in1", "a", "y" + "z".repeat(300), 4),
        in("in1", "b", "x3", 5), in("in1", "a", null, 6)), "app-groups-repartition");
  }

  /** Keeps every record with its headers: "-" deletes, "bare" is kept without. */
  interface Keeper { void keep(Record<String, String> record, org.apache.kafka.common.header.Headers headers); }

  static void keeping(String name, StoreBuilder<?> store, java.util.function.Function<ProcessorContext<Void, Void>, Keeper> keeper) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(store);
    builder.<String, String>stream("in1").process(() -> new ContextualProcessor<String, String, Void, Void>() {
      public void process(Record<String, String> record) {
        keeper.apply(context()).keep(record, record.value().equals("bare") ? new RecordHeaders() : record.headers());
      }
    }, "kept");
    run(name, builder, List.of(
        in("in1", "a", "one", 100), in("in1", "a", "bare", 101), in("in1", "b", "two", 102), in("in1", "b", "-", 103), in("in1", "c", "-", 104),
        in("in1", "ä", "ö", 105)), "app-kept-changelog");
  }

  static void rowsWithHeaders() {
    keeping("rows with headers", Stores.timestampedKeyValueStoreWithHeadersBuilder(
        Stores.persistentTimestampedKeyValueStoreWithHeaders("kept"), Serdes.String(), Serdes.String()), context -> (record, headers) -> {
      TimestampedKeyValueStoreWithHeaders<String, String> store = context.getStateStore("kept");
      if (record.value().equals("-")) store.delete(record.key());
      else store.put(record.key(), ValueTimestampHeaders.make(record.value(), record.timestamp() + 5, headers));
    });
  }

  static void windowsWithHeaders() {
    keeping("windows with headers", Stores.timestampedWindowStoreWithHeadersBuilder(
        Stores.persistentTimestampedWindowStoreWithHeaders("kept", Duration.ofHours(1), Duration.ofMillis(10), false),
        Serdes.String(), Serdes.String()), context -> (record, headers) -> {
      TimestampedWindowStoreWithHeaders<String, String> store = context.getStateStore("kept");
      store.put(record.key(), record.value().equals("-") ? null
          : ValueTimestampHeaders.make(record.value(), record.timestamp() + 5, headers), record.timestamp() / 10 * 10);
    });
  }

  static void sessionsWithHeaders() {
    keeping("sessions with headers", Stores.sessionStoreWithHeadersBuilder(
        Stores.persistentSessionStoreWithHeaders("kept", Duration.ofHours(1)), Serdes.String(), Serdes.String()), context -> (record, headers) -> {
      SessionStoreWithHeaders<String, String> store = context.getStateStore("kept");
      var session = new Windowed<>(record.key(), new org.apache.kafka.streams.kstream.internals.SessionWindow(90, 95));
      if (record.value().equals("-")) store.remove(session);
      else store.put(session, AggregationWithHeaders.make(record.value(), headers));
    });
  }

  public static void main(String[] args) {
    suppress();
    for (int bytesMax = 40; bytesMax <= 200; bytesMax += 8) bounded(bytesMax);
    for (int bytesMax = 91; bytesMax <= 95; bytesMax++) bounded(bytesMax);
    windows();
    outerJoin();
    changes();
    rowsWithHeaders();
    windowsWithHeaders();
    sessionsWithHeaders();
    System.out.println("{\n  \"kafka\": \"" + AppInfoParser.getVersion() + "\",\n  \"cases\": [\n" + String.join(",\n", cases) + "\n  ]\n}");
  }
}
