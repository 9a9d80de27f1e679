import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;

/** Runs one scenario in Kafka's test driver, by the rules of the format, and answers what Kafka did. */
final class ScenarioRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Takes bytes; the driver's public input topics refuse what a scenario may send, such as negative times. */
  private static final Method PIPE = pipe();

  /** What Kafka says where it fails at what it means to allow: nothing to be like. */
  private static final List<String> FAULTS = List.of(
      // The optimiser, merging the repartitions of cogroups.
      "null keyChangingChild",
      // A join with what a windowed cogroup makes.
      "KTable source state store must implement");

  /** A scenario that puts out more than this is not worth a comparison. */
  private static final int ROWS_MAX = 10_000;

  private final JsonNode scenario;
  private final Path directory;
  private final ServiceOrder order;

  ScenarioRun(JsonNode scenario, Path directory, ServiceOrder order) {
    this.scenario = scenario;
    this.directory = directory;
    this.order = order;
  }

  /** The fields describe, expected, stores and error of the format. */
  ObjectNode answer() {
    ObjectNode answer = JSON.createObjectNode();
    Topology topology;
    TopologyTestDriver driver;
    try {
      topology = new TopologyBuilder(properties()).build(scenario.get("nodes"));
      driver = new TopologyTestDriver(topology, properties(), Instant.ofEpochMilli(0));
      order.putInto(driver, topology);
    } catch (UnsupportedOperationException unsupported) {
      throw unsupported;
    } catch (RuntimeException refused) {
      for (String fault : FAULTS) if (causes(refused).contains(fault)) throw new UnsupportedOperationException(refused);
      answer.put("error", "build");
      answer.put("why", causes(refused));
      return answer;
    }
    try {
      answer.put("describe", topology.describe().toString());
      ArrayNode rows = answer.putArray("expected");
      ArrayNode internals = scenario.path("internals").asBoolean() ? answer.putArray("internals") : null;
      JsonNode inputs = scenario.get("inputs");
      for (int at = 0; at < inputs.size(); at++) {
        try {
          give(driver, at, inputs.get(at));
        } catch (RuntimeException stopped) {
          for (Throwable each = stopped; each != null; each = each.getCause()) {
            if (each instanceof UnsupportedOperationException unsupported) throw unsupported;
            // A store that an operator on a count is given has the default serde here, which makes it a text.
            if (each instanceof ClassCastException) throw new UnsupportedOperationException("a serde of the oracle");
          }
          answer.put("error", at);
          answer.put("why", causes(stopped));
          return answer;
        }
        collect(driver, at, rows);
        if (rows.size() > ROWS_MAX) throw new UnsupportedOperationException("too many rows");
        if (internals != null) collectInternals(driver, at, internals);
      }
      answer.set("stores", StoreRows.of(driver, scenario, rows));
      return answer;
    } finally {
      try {
        driver.close();
      } catch (RuntimeException alreadyStopped) {
        // The driver closes what an error has left; what it says of it is not compared.
      }
    }
  }

  private static String causes(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = error; each != null; each = each.getCause()) text.append(text.isEmpty() ? "" : " <- ").append(each);
    return text.toString();
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Texts.TextSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Texts.TextSerde.class);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
    properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, 0L);
    JsonNode config = scenario.path("config");
    properties.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, optimization(config.path("optimize")));
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, config.path("strictNaming").asBoolean(false));
    return properties;
  }

  private static String optimization(JsonNode optimize) {
    if (!optimize.isArray()) return optimize.asBoolean(false) ? StreamsConfig.OPTIMIZE : StreamsConfig.NO_OPTIMIZATION;
    List<String> names = new ArrayList<>();
    for (JsonNode name : optimize) names.add(name.asText());
    return names.isEmpty() ? StreamsConfig.NO_OPTIMIZATION : String.join(",", names);
  }

  private static void give(TopologyTestDriver driver, int at, JsonNode input) {
    if (input.has("advance")) {
      driver.advanceWallClockTime(Duration.ofMillis(input.get("advance").asLong()));
      return;
    }
    Headers headers = new RecordHeaders();
    headers.add("n", Integer.toString(at).getBytes(StandardCharsets.UTF_8));
    try {
      PIPE.invoke(driver, input.get(0).asText(), input.get(3).asLong(), bytes(input.get(1)), bytes(input.get(2)), headers);
    } catch (InvocationTargetException failed) {
      throw new IllegalStateException(failed.getCause());
    } catch (IllegalAccessException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static byte[] bytes(JsonNode text) { return text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8); }

  private static void collect(TopologyTestDriver driver, int at, ArrayNode rows) {
    Deserializer<String> text = new StringDeserializer();
    for (String topic : new TreeSet<>(driver.producedTopicNames())) {
      if (topic.startsWith("app-")) continue;
      for (var record : driver.createOutputTopic(topic, text, text).readRecordsToList()) {
        ArrayNode row = rows.addArray();
        row.add(at).add(topic).add(record.key()).add(record.value()).add(record.timestamp());
        var header = record.headers().lastHeader("n");
        row.add(header == null ? null : new String(header.value(), StandardCharsets.UTF_8));
      }
    }
  }

  /** What went to repartition, subscription and changelog topics, in bytes. */
  private static void collectInternals(TopologyTestDriver driver, int at, ArrayNode rows) {
    Deserializer<byte[]> bytes = new ByteArrayDeserializer();
    for (String topic : new TreeSet<>(driver.producedTopicNames())) {
      if (!topic.startsWith("app-")) continue;
      for (var record : driver.createOutputTopic(topic, bytes, bytes).readRecordsToList()) {
        ArrayNode row = rows.addArray();
        row.add(at).add(topic).add(hex(record.key())).add(hex(record.value())).add(record.timestamp());
        ArrayNode headers = row.addArray();
        for (var header : record.headers()) headers.addArray().add(header.key()).add(hex(header.value()));
      }
    }
  }

  private static String hex(byte[] bytes) { return bytes == null ? null : HexFormat.of().formatHex(bytes); }

  private static Method pipe() {
    try {
      Method method = TopologyTestDriver.class.getDeclaredMethod("pipeRecord", String.class, long.class, byte[].class, byte[].class, Headers.class);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException changed) {
      throw new IllegalStateException(changed);
    }
  }
}
