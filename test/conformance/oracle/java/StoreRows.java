import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.*;

/** The contents of a scenario's named stores, as rows of the format. */
@SuppressWarnings("unchecked")
final class StoreRows {
  private StoreRows() {}

  private record Row(String sortKey, long start, long end, String key, String value) {}

  static ObjectNode of(TopologyTestDriver driver, JsonNode scenario, ArrayNode expected) {
    ObjectNode stores = new ObjectMapper().createObjectNode();
    var known = driver.getAllStateStores();
    for (JsonNode node : scenario.get("nodes")) {
      if (!node.has("store") || stores.has(node.get("store").asText())) continue;
      String name = node.get("store").asText();
      if (!known.containsKey(name)) continue;
      List<Row> rows = rows(driver, name, scenario, expected);
      rows.sort(Comparator.comparing((Row row) -> row.sortKey.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned)
          .thenComparingLong(Row::start).thenComparingLong(Row::end));
      ArrayNode array = stores.putArray(name);
      for (Row row : rows) array.addArray().add(row.key).add(row.value);
    }
    return stores;
  }

  private static List<Row> rows(TopologyTestDriver driver, String name, JsonNode scenario, ArrayNode expected) {
    StateStore store = driver.getAllStateStores().get(name);
    List<Row> rows = new ArrayList<>();
    if (store instanceof VersionedKeyValueStore<?, ?> versioned) {
      for (String key : keysOf(scenario, expected)) {
        var latest = ((VersionedKeyValueStore<Object, Object>) versioned).get(key);
        if (latest != null) rows.add(new Row(key, latest.timestamp(), 0, key + "@" + latest.timestamp(), Texts.of(latest.value())));
      }
    } else if (store instanceof WindowStore<?, ?>) {
      try (var all = driver.<Object, Object>getWindowStore(name).all()) {
        all.forEachRemaining(row -> {
          long start = row.key.window().start();
          rows.add(new Row(Texts.of(row.key.key()), start, 0, Texts.of(row.key.key()) + "@" + start, Texts.of(row.value)));
        });
      }
    } else if (store instanceof SessionStore<?, ?>) {
      try (var all = driver.<Object, Object>getSessionStore(name).fetch(null, null)) {
        all.forEachRemaining(row -> {
          Windowed<Object> key = row.key;
          rows.add(new Row(Texts.of(key.key()), key.window().start(), key.window().end(), Texts.of(key), Texts.of(row.value)));
        });
      }
    } else {
      // A store that no processor has been connected to is never opened.
      KeyValueStore<Object, Object> plain = driver.getKeyValueStore(name);
      if (plain == null) throw new UnsupportedOperationException("store " + name + " cannot be read: " + store);
      try (var all = plain.all()) {
        all.forEachRemaining(row -> rows.add(new Row(Texts.of(row.key), 0, 0, Texts.of(row.key), Texts.of(row.value))));
      }
    }
    return rows;
  }

  private static TreeSet<String> keysOf(JsonNode scenario, ArrayNode expected) {
    TreeSet<String> keys = new TreeSet<>();
    for (JsonNode input : scenario.get("inputs")) if (input.isArray() && !input.get(1).isNull()) keys.add(input.get(1).asText());
    for (JsonNode row : expected) if (!row.get(2).isNull()) keys.add(row.get(2).asText());
    return keys;
  }
}
