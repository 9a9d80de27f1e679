// Prints test/golden/store-ranges.json: the rows that processors' stores of Apache Kafka Streams answer, in their order.
//
//   java -cp <class path with kafka-streams-test-utils> StoreRanges.java > store-ranges.json
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

public class StoreRanges {
  static final List<String> lines = new ArrayList<>();

  static class Idle implements Processor<String, String, Void, Void> {
    public void process(Record<String, String> record) {}
  }

  static void add(String call, List<String> rows) {
    lines.add("  \"" + call + "\": \"" + String.join(" ", rows) + "\"");
  }

  static List<String> plain(KeyValueIterator<String, String> rows) {
    List<String> found = new ArrayList<>();
    try (rows) {
      while (rows.hasNext()) found.add(rows.next().key);
    }
    return found;
  }

  static List<String> windows(KeyValueIterator<Windowed<String>, String> rows) {
    List<String> found = new ArrayList<>();
    try (rows) {
      while (rows.hasNext()) {
        Windowed<String> key = rows.next().key;
        found.add(key.key() + "@" + key.window().start() / 60000 + "-" + key.window().end() / 60000);
      }
    }
    return found;
  }

  static List<String> starts(WindowStoreIterator<String> rows) {
    List<String> found = new ArrayList<>();
    try (rows) {
      while (rows.hasNext()) found.add("@" + rows.next().key / 60000);
    }
    return found;
  }

  static Instant minute(long minute) {
    return Instant.ofEpochMilli(minute * 60000);
  }

  public static void main(String[] arguments) {
    Topology topology = new Topology();
    topology.addSource("source", new StringDeserializer(), new StringDeserializer(), "in");
    topology.addProcessor("own", Idle::new, "source");
    topology.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("kv"), Serdes.String(), Serdes.String()), "own");
    Duration retention = Duration.ofMinutes(10);
    topology.addStateStore(Stores.windowStoreBuilder(Stores.persistentWindowStore("w", retention, Duration.ofMinutes(1), false), Serdes.String(), Serdes.String()), "own");
    topology.addStateStore(Stores.sessionStoreBuilder(Stores.persistentSessionStore("s", retention), Serdes.String(), Serdes.String()), "own");
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "ranges");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings)) {
      KeyValueStore<String, String> kv = driver.getKeyValueStore("kv");
      for (String key : new String[] {"b", "é", "a", "ba", "c", "B"}) kv.put(key, key);
      add("all", plain(kv.all()));
      add("reverseAll", plain(kv.reverseAll()));
      add("range b c", plain(kv.range("b", "c")));
      add("reverseRange b c", plain(kv.reverseRange("b", "c")));
      add("range - b", plain(kv.range(null, "b")));
      add("range bb -", plain(kv.range("bb", null)));
      add("range c b", plain(kv.range("c", "b")));
      add("prefixScan b", plain(kv.prefixScan("b", new StringSerializer())));
      WindowStore<String, String> w = driver.getWindowStore("w");
      // Segments are of five minutes.
      String[] keys = {"b", "a", "a", "c", "b", "a", "ab"};
      long[] at = {0, 1, 0, 1, 6, 7, 2};
      for (int index = 0; index < keys.length; index++) w.put(keys[index], "v", at[index] * 60000);
      add("w all", windows(w.all()));
      add("w backwardAll", windows(w.backwardAll()));
      add("w fetchAll 1 6", windows(w.fetchAll(minute(1), minute(6))));
      add("w backwardFetchAll 1 6", windows(w.backwardFetchAll(minute(1), minute(6))));
      add("w fetch a 0 7", starts(w.fetch("a", minute(0), minute(7))));
      add("w backwardFetch a 0 7", starts(w.backwardFetch("a", minute(0), minute(7))));
      add("w fetch a b 0 7", windows(w.fetch("a", "b", minute(0), minute(7))));
      add("w backwardFetch a b 0 7", windows(w.backwardFetch("a", "b", minute(0), minute(7))));
      add("w fetch - a 0 7", windows(w.fetch(null, "a", minute(0), minute(7))));
      SessionStore<String, String> s = driver.getSessionStore("s");
      String[] owners = {"a", "a", "b", "c", "a", "b"};
      long[] from = {0, 2, 0, 1, 6, 7};
      long[] to = {1, 3, 1, 4, 7, 8};
      for (int index = 0; index < owners.length; index++)
        s.put(new Windowed<>(owners[index], new SessionWindow(from[index] * 60000, to[index] * 60000)), "v");
      add("s findSessions a 1 2", windows(s.findSessions("a", minute(1), minute(2))));
      add("s backwardFindSessions a 0 9", windows(s.backwardFindSessions("a", minute(0), minute(9))));
      add("s fetch a", windows(s.fetch("a")));
      add("s fetch a b", windows(s.fetch("a", "b")));
      add("s backwardFetch a b", windows(s.backwardFetch("a", "b")));
      add("s findSessions a b 3 6", windows(s.findSessions("a", "b", minute(3), minute(6))));
    }
    System.out.println("{\n" + String.join(",\n", lines) + "\n}");
  }
}
