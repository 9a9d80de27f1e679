import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.Stores;

/** A node of a scenario, and its fields as the options that Kafka's DSL takes. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class Node {
  final JsonNode json;
  final String id;
  final String op;
  final List<String> from;

  Node(JsonNode json) {
    this.json = json;
    id = text("id");
    op = text("op");
    from = !has("from") ? List.of() : json.get("from").isArray() ? texts("from") : List.of(text("from"));
  }

  boolean has(String field) { return json.has(field); }

  String text(String field) { return has(field) ? json.get(field).asText() : null; }

  long number(String field) { return json.get(field).asLong(); }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : json.get(field)) texts.add(each.asText());
    return texts;
  }

  Object init() { return text("init"); }

  Named named() { return has("name") ? Named.as(text("name")) : org.apache.kafka.streams.kstream.internals.NamedInternal.empty(); }

  Consumed<Object, Object> consumed() {
    Consumed<Object, Object> consumed = Consumed.with(Texts.SERDE, Texts.SERDE);
    if (has("name")) consumed = consumed.withName(text("name"));
    return has("time") ? consumed.withTimestampExtractor(Functions.time(text("time"))) : consumed;
  }

  Grouped<Object, Object> grouped() {
    Grouped<Object, Object> grouped = Grouped.with(Texts.SERDE, Texts.SERDE);
    return has("name") ? grouped.withName(text("name")) : grouped;
  }

  Reducer<Object> reducer(String field) {
    String fn = text(field);
    return (acc, v) -> Functions.folded(fn, acc, v);
  }

  /** The stores that a processor is connected to. */
  String[] stores() { return has("store") ? new String[] {text("store")} : new String[0]; }

  /** Whether it is asked to keep a store of its own. */
  boolean keeps() { return has("store") || has("versioned"); }

  /** The store that it asks for; {@code valueSerde} may be null for the operator's own. */
  Materialized materialized(Serde<Object> valueSerde) {
    Materialized materialized;
    if (has("versioned")) {
      materialized = Materialized.as(Stores.persistentVersionedKeyValueStore(text("store"), Duration.ofMillis(number("versioned"))));
    } else if (has("store")) materialized = Materialized.<Object, Object, StateStore>as(text("store"));
    else materialized = Materialized.with(null, null);
    if (valueSerde != null) materialized = materialized.withValueSerde(valueSerde);
    return has("retention") ? materialized.withRetention(Duration.ofMillis(number("retention"))) : materialized;
  }
}
