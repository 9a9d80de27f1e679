import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.state.Stores;

/** Declares a scenario's nodes with Kafka's own DSL. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class TopologyBuilder {
  private final StreamsBuilder builder;
  private final Properties properties;
  private final Map<String, Object> declared = new HashMap<>();
  /** Nodes whose keys are windowed. */
  private final Map<String, Boolean> windowed = new HashMap<>();

  TopologyBuilder(Properties properties) {
    this.properties = properties;
    builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
  }

  Topology build(JsonNode nodes) {
    for (JsonNode node : nodes) declare(new Node(node));
    return builder.build(properties);
  }

  private void declare(Node node) {
    List<Object> from = new ArrayList<>();
    for (String id : node.from) from.add(declared.get(id));
    Object first = from.isEmpty() ? null : from.get(0);
    boolean keysWindowed = !node.from.isEmpty() && windowed.getOrDefault(node.from.get(0), false);
    Object made;
    if (first == null) made = source(node);
    else if (first instanceof KStream stream) made = onStream(node, stream, from, keysWindowed);
    else if (first instanceof KTable table) made = onTable(node, table, from);
    else if (first instanceof KGroupedStream group) made = onGroup(node, group, from);
    else if (first instanceof KGroupedTable group) made = onGroupedTable(node, group);
    else if (first instanceof TimeWindowedKStream group) made = onTimeWindows(node, group);
    else if (first instanceof SessionWindowedKStream group) made = onSessions(node, group);
    else if (first instanceof CogroupedKStream group) made = onCogroup(node, group);
    else if (first instanceof TimeWindowedCogroupedKStream group) made = group.aggregate(node::init, node.named(), node.materialized(null));
    else if (first instanceof SessionWindowedCogroupedKStream group)
      made = group.aggregate(node::init, Functions.merger(node.text("merge")), node.named(), node.materialized(null));
    else throw new UnsupportedOperationException(node.op + " on " + first.getClass());
    if (made != null) declared.put(node.id, made);
    boolean makesWindows = first instanceof TimeWindowedKStream || first instanceof SessionWindowedKStream
        || first instanceof TimeWindowedCogroupedKStream || first instanceof SessionWindowedCogroupedKStream;
    boolean makesKeys = List.of("map", "flatMap", "selectKey", "groupBy", "groupTable").contains(node.op) || node.op.equals("toStream") && node.has("fn");
    windowed.put(node.id, makesWindows || keysWindowed && !makesKeys);
  }

  private Object source(Node node) {
    switch (node.op) {
      case "stream":
        if (node.has("pattern")) return builder.stream(Pattern.compile(node.text("pattern")), node.consumed());
        if (node.has("topics")) return builder.stream(node.texts("topics"), node.consumed());
        return builder.stream(node.text("topic"), node.consumed());
      case "table":
        return node.keeps() ? builder.table(node.text("topic"), node.consumed(), node.materialized(Texts.SERDE)) : builder.table(node.text("topic"), node.consumed());
      case "globalTable":
        return node.keeps() ? builder.globalTable(node.text("topic"), node.consumed(), node.materialized(Texts.SERDE)) : builder.globalTable(node.text("topic"), node.consumed());
      case "stateStore":
        builder.addStateStore(plainStore(node.text("store")));
        return null;
      case "globalStore":
        builder.addGlobalStore(plainStore(node.text("store")), node.text("topic"), node.consumed(), Processors.globalSupplier(node.text("fn"), node.text("store")));
        return null;
      default: throw new UnsupportedOperationException(node.op);
    }
  }

  private static org.apache.kafka.streams.state.StoreBuilder plainStore(String name) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Texts.SERDE, Texts.SERDE);
  }

  private Object onStream(Node node, KStream<Object, Object> stream, List<Object> from, boolean keysWindowed) {
    String fn = node.text("fn");
    switch (node.op) {
      case "filter": return stream.filter(Functions.predicate(node.text("pred")), node.named());
      case "filterNot": return stream.filterNot(Functions.predicate(node.text("pred")), node.named());
      case "mapValues": return stream.mapValues(Functions.valueMapper(fn), node.named());
      case "map": return stream.map(Functions.pairMapper(fn), node.named());
      case "selectKey": return stream.selectKey(Functions.keyMapper(fn), node.named());
      case "flatMap": return stream.flatMap(Functions.pairsMapper(fn), node.named());
      case "flatMapValues": return stream.flatMapValues(Functions.valuesMapper(fn), node.named());
      case "merge": return stream.merge((KStream) from.get(1), node.named());
      case "peek": return stream.peek((k, v) -> {}, node.named());
      case "foreach": stream.foreach((k, v) -> {}, node.named()); return null;
      case "print": {
        Printed printed = Printed.toFile("/dev/null");
        stream.print(node.has("name") ? printed.withName(node.text("name")) : printed);
        return null;
      }
      case "split": return split(node, stream, keysWindowed);
      case "repartition": {
        Repartitioned repartitioned = Repartitioned.with(Texts.SERDE, Texts.SERDE);
        if (node.has("name")) repartitioned = repartitioned.withName(node.text("name"));
        if (node.has("partitions")) repartitioned = repartitioned.withNumberOfPartitions((int) node.number("partitions"));
        return stream.repartition(repartitioned);
      }
      case "toTable": return node.keeps() ? stream.toTable(node.named(), node.materialized(Texts.SERDE)) : stream.toTable(node.named());
      case "process": {
        var supplier = Processors.supplier(fn, node.text("store"));
        return node.has("name") ? stream.process(supplier, node.named(), node.stores()) : stream.process(supplier, node.stores());
      }
      case "processValues": {
        var supplier = Processors.valueSupplier(fn, node.text("store"));
        return node.has("name") ? stream.processValues(supplier, node.named(), node.stores()) : stream.processValues(supplier, node.stores());
      }
      case "groupByKey": return stream.groupByKey(node.grouped());
      case "groupBy": return stream.groupBy(Functions.keyMapper(fn), node.grouped());
      case "to": sink(node, stream, keysWindowed); return null;
      case "join": case "leftJoin": case "outerJoin": return join(node, stream, from.get(1));
      default: throw new UnsupportedOperationException(node.op + " on a stream");
    }
  }

  private Object split(Node node, KStream<Object, Object> stream, boolean keysWindowed) {
    BranchedKStream<Object, Object> branched = node.has("name") ? stream.split(Named.as(node.text("name"))) : stream.split();
    for (JsonNode each : node.json.get("branches")) {
      Node branch = new Node(each);
      branched = branched.branch(Functions.predicate(branch.text("pred")), collecting(branch, keysWindowed));
    }
    if (node.has("default")) branched.defaultBranch(collecting(new Node(node.json.get("default")), keysWindowed));
    else branched.noDefaultBranch();
    return null;
  }

  private Branched<Object, Object> collecting(Node branch, boolean keysWindowed) {
    windowed.put(branch.id, keysWindowed);
    return Branched.withConsumer(child -> declared.put(branch.id, child), branch.text("name"));
  }

  private void sink(Node node, KStream<Object, Object> stream, boolean keysWindowed) {
    KStream<Object, Object> keyed = keysWindowed ? stream.map((k, v) -> new org.apache.kafka.streams.KeyValue<>(Texts.of(k), v)) : stream;
    Produced<Object, Object> produced = Produced.with(Texts.SERDE, Texts.SERDE);
    if (node.has("name")) produced = produced.withName(node.text("name"));
    if (!node.has("topicBy")) { keyed.to(node.text("topic"), produced); return; }
    String prefix = node.text("topicBy");
    keyed.to(new TopicNameExtractor<Object, Object>() {
      @Override public String extract(Object k, Object v, org.apache.kafka.streams.processor.RecordContext context) {
        return prefix + (v == null || Texts.of(v).isEmpty() ? "none" : Texts.of(v).substring(0, 1));
      }

      @Override public String toString() { return "byFirst"; }
    }, produced);
  }

  private Object join(Node node, KStream<Object, Object> left, Object right) {
    var joiner = Functions.joinerWithKey(node.text("fn"));
    boolean inner = node.op.equals("join");
    if (right instanceof GlobalKTable table) {
      var key = Functions.keyMapper(node.text("key"));
      return inner ? left.join(table, key, joiner, node.named()) : left.leftJoin(table, key, joiner, node.named());
    }
    if (right instanceof KTable table) {
      Joined joined = Joined.with(Texts.SERDE, Texts.SERDE, Texts.SERDE);
      if (node.has("name")) joined = joined.withName(node.text("name"));
      if (node.has("grace")) joined = joined.withGracePeriod(Duration.ofMillis(node.number("grace")));
      return inner ? left.join(table, joiner, joined) : left.leftJoin(table, joiner, joined);
    }
    StreamJoined joined = StreamJoined.with(Texts.SERDE, Texts.SERDE, Texts.SERDE);
    if (node.has("name")) joined = joined.withName(node.text("name"));
    if (node.has("storeName")) joined = joined.withStoreName(node.text("storeName"));
    JoinWindows windows = Windows.join(node.json.get("window"));
    if (inner) return left.join((KStream) right, joiner, windows, joined);
    return node.op.equals("leftJoin") ? left.leftJoin((KStream) right, joiner, windows, joined) : left.outerJoin((KStream) right, joiner, windows, joined);
  }

  private Object onTable(Node node, KTable<Object, Object> table, List<Object> from) {
    String fn = node.text("fn");
    switch (node.op) {
      case "filter": {
        var predicate = Functions.predicate(node.text("pred"));
        return node.keeps() ? table.filter(predicate, node.named(), node.materialized(null)) : table.filter(predicate, node.named());
      }
      case "filterNot": {
        var predicate = Functions.predicate(node.text("pred"));
        return node.keeps() ? table.filterNot(predicate, node.named(), node.materialized(null)) : table.filterNot(predicate, node.named());
      }
      case "mapValues": {
        var mapper = Functions.valueMapper(fn);
        return node.keeps() ? table.mapValues(mapper, node.named(), node.materialized(null)) : table.mapValues(mapper, node.named());
      }
      case "transformValues": {
        var mapper = Functions.valueMapper(fn);
        ValueTransformerWithKeySupplier<Object, Object, Object> supplier = () -> new Transformer(mapper);
        return node.keeps() ? table.transformValues(supplier, node.materialized(null), node.named()) : table.transformValues(supplier, node.named());
      }
      case "groupTable": {
        var mapper = Functions.keyMapper(fn);
        return table.groupBy((k, v) -> new org.apache.kafka.streams.KeyValue<>(mapper.apply(k, v), v), node.grouped());
      }
      case "toStream":
        return node.has("fn") ? table.toStream(Functions.keyMapper(fn), node.named()) : table.toStream(node.named());
      case "suppress": return table.suppress(Windows.suppressed(node));
      case "fkJoin": case "fkLeftJoin": return foreignKeyJoin(node, table, (KTable) from.get(1));
      default: return tableJoin(node, table, (KTable) from.get(1));
    }
  }

  private Object tableJoin(Node node, KTable<Object, Object> left, KTable<Object, Object> right) {
    var joiner = Functions.joiner(node.text("fn"));
    boolean keeps = node.keeps();
    switch (node.op) {
      case "join": return keeps ? left.join(right, joiner, node.named(), node.materialized(null)) : left.join(right, joiner, node.named());
      case "leftJoin": return keeps ? left.leftJoin(right, joiner, node.named(), node.materialized(null)) : left.leftJoin(right, joiner, node.named());
      case "outerJoin": return keeps ? left.outerJoin(right, joiner, node.named(), node.materialized(null)) : left.outerJoin(right, joiner, node.named());
      default: throw new UnsupportedOperationException(node.op + " on a table");
    }
  }

  private Object foreignKeyJoin(Node node, KTable<Object, Object> left, KTable<Object, Object> right) {
    var mapper = Functions.keyMapper(node.text("fk"));
    java.util.function.BiFunction<Object, Object, Object> foreignKey = mapper::apply;
    var joiner = Functions.joiner(node.text("fn"));
    TableJoined<Object, Object> joined = node.has("name") ? TableJoined.as(node.text("name")) : TableJoined.with(null, null);
    boolean inner = node.op.equals("fkJoin");
    if (node.keeps())
      return inner ? left.join(right, foreignKey, joiner, joined, node.materialized(null)) : left.leftJoin(right, foreignKey, joiner, joined, node.materialized(null));
    return inner ? left.join(right, foreignKey, joiner, joined) : left.leftJoin(right, foreignKey, joiner, joined);
  }

  private Object onGroup(Node node, KGroupedStream<Object, Object> group, List<Object> from) {
    switch (node.op) {
      case "count": return group.count(node.named(), node.materialized(null));
      case "reduce": return group.reduce(node.reducer("fn"), node.named(), node.materialized(Texts.SERDE));
      case "aggregate": return group.aggregate(node::init, Functions.fold(node.text("fn")), node.named(), node.materialized(Texts.SERDE));
      case "cogroup": {
        var fns = node.texts("fns");
        CogroupedKStream<Object, Object> cogrouped = group.cogroup(Functions.fold(fns.get(0)));
        for (int at = 1; at < from.size(); at++) cogrouped = cogrouped.cogroup((KGroupedStream) from.get(at), Functions.fold(fns.get(at)));
        return cogrouped;
      }
      case "windowedBy": {
        Object windows = Windows.of(node.json.get("window"));
        boolean close = "close".equals(node.text("emit"));
        if (windows instanceof SessionWindows sessions) {
          var made = group.windowedBy(sessions);
          return close ? made.emitStrategy(EmitStrategy.onWindowClose()) : made;
        }
        var made = windows instanceof SlidingWindows sliding ? group.windowedBy(sliding) : group.windowedBy((org.apache.kafka.streams.kstream.Windows<Window>) windows);
        return close ? made.emitStrategy(EmitStrategy.onWindowClose()) : made;
      }
      default: throw new UnsupportedOperationException(node.op + " on a group");
    }
  }

  private static Object onGroupedTable(Node node, KGroupedTable<Object, Object> group) {
    switch (node.op) {
      case "count": return group.count(node.named(), node.materialized(null));
      case "reduce": return group.reduce(node.reducer("add"), node.reducer("sub"), node.named(), node.materialized(Texts.SERDE));
      default:
        return group.aggregate(node::init, Functions.fold(node.text("add")), Functions.fold(node.text("sub")), node.named(), node.materialized(Texts.SERDE));
    }
  }

  private static Object onTimeWindows(Node node, TimeWindowedKStream<Object, Object> group) {
    switch (node.op) {
      case "count": return group.count(node.named(), node.materialized(null));
      case "reduce": return group.reduce(node.reducer("fn"), node.named(), node.materialized(Texts.SERDE));
      default: return group.aggregate(node::init, Functions.fold(node.text("fn")), node.named(), node.materialized(Texts.SERDE));
    }
  }

  private static Object onSessions(Node node, SessionWindowedKStream<Object, Object> group) {
    switch (node.op) {
      case "count": return group.count(node.named(), node.materialized(null));
      case "reduce": return group.reduce(node.reducer("fn"), node.named(), node.materialized(Texts.SERDE));
      default:
        return group.aggregate(node::init, Functions.fold(node.text("fn")), Functions.merger(node.text("merge")), node.named(), node.materialized(Texts.SERDE));
    }
  }

  private static Object onCogroup(Node node, CogroupedKStream<Object, Object> group) {
    if (node.op.equals("aggregate")) return group.aggregate(node::init, node.named(), node.materialized(Texts.SERDE));
    Object windows = Windows.of(node.json.get("window"));
    if (windows instanceof SessionWindows sessions) return group.windowedBy(sessions);
    if (windows instanceof SlidingWindows sliding) return group.windowedBy(sliding);
    return group.windowedBy((org.apache.kafka.streams.kstream.Windows<Window>) windows);
  }

  private static final class Transformer implements ValueTransformerWithKey<Object, Object, Object> {
    private final ValueMapperWithKey<Object, Object, Object> mapper;

    Transformer(ValueMapperWithKey<Object, Object, Object> mapper) { this.mapper = mapper; }

    @Override public void init(org.apache.kafka.streams.processor.ProcessorContext context) {}

    @Override public Object transform(Object key, Object value) { return mapper.apply(key, value); }

    @Override public void close() {}
  }
}
