import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.*;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/** The processors that scenarios name. */
final class Processors {
  private Processors() {}

  static ProcessorSupplier<Object, Object, Object, Object> supplier(String fn, String store) {
    String[] parts = fn.split(":");
    switch (parts[0]) {
      case "hold": return () -> new Hold(parts, store);
      case "delay": return () -> new Delay(Long.parseLong(parts[1]));
      default: return () -> new Mapping(fn, store);
    }
  }

  static FixedKeyProcessorSupplier<Object, Object, Object> valueSupplier(String fn, String store) {
    return () -> new ValueMapping(fn, store);
  }

  /** What a processor answers: nothing, or a value (null too) to forward. */
  private record Answer(Object value) {}

  /** The first four processors of the format, which keep keys. */
  private static Answer answer(String fn, ProcessingContext context, String storeName, Object key, Object value, long timestamp) {
    if (fn.equals("stamp")) return new Answer(Texts.say(value) + "@" + timestamp);
    if (fn.startsWith("lookup:")) {
      StateStore store = context.getStateStore(fn.substring(7));
      return new Answer(Texts.say(value) + "+" + Texts.say(key == null ? null : lookup(store, key)));
    }
    if (!fn.equals("append") && !fn.equals("distinct")) throw new UnsupportedOperationException("processor " + fn);
    if (key == null) return null;
    KeyValueStore<Object, Object> store = context.getStateStore(storeName);
    Object known = store.get(key);
    if (fn.equals("append")) {
      Object next = known == null ? value : Texts.of(known) + "+" + Texts.say(value);
      store.put(key, next);
      return new Answer(next);
    }
    if (known == null ? value == null : known.equals(value == null ? null : Texts.of(value))) return null;
    store.put(key, value);
    return new Answer(value);
  }

  @SuppressWarnings("unchecked")
  private static Object lookup(StateStore store, Object key) {
    Object found = ((KeyValueStore<Object, Object>) store).get(key);
    return found instanceof ValueAndTimestamp<?> stamped ? stamped.value() : found;
  }

  private static final class Mapping extends ContextualProcessor<Object, Object, Object, Object> {
    private final String fn;
    private final String store;

    Mapping(String fn, String store) { this.fn = fn; this.store = store; }

    @Override public void process(Record<Object, Object> record) {
      Answer answer = answer(fn, context(), store, record.key(), record.value(), record.timestamp());
      if (answer != null) context().forward(record.withValue(answer.value()));
    }
  }

  private static final class ValueMapping extends ContextualFixedKeyProcessor<Object, Object, Object> {
    private final String fn;
    private final String store;

    ValueMapping(String fn, String store) { this.fn = fn; this.store = store; }

    @Override public void process(FixedKeyRecord<Object, Object> record) {
      Answer answer = answer(fn, context(), store, record.key(), record.value(), record.timestamp());
      if (answer != null) context().forward(record.withValue(answer.value()));
    }
  }

  private static final class Delay extends ContextualProcessor<Object, Object, Object, Object> {
    private final long delay;

    Delay(long delay) { this.delay = delay; }

    @Override public void process(Record<Object, Object> record) {
      context().forward(record.withTimestamp(record.timestamp() + delay));
    }
  }

  /** Keeps records until a punctuation, five times. */
  private static final class Hold extends ContextualProcessor<Object, Object, Object, Object> {
    private final String[] parts;
    private final String storeName;
    private KeyValueStore<Object, Object> store;
    private Cancellable schedule;
    private int calls;

    Hold(String[] parts, String storeName) { this.parts = parts; this.storeName = storeName; }

    @Override public void init(ProcessorContext<Object, Object> context) {
      super.init(context);
      store = context.getStateStore(storeName);
      PunctuationType type = parts[1].equals("stream") ? PunctuationType.STREAM_TIME : PunctuationType.WALL_CLOCK_TIME;
      Duration interval = Duration.ofMillis(Long.parseLong(parts[2]));
      schedule = parts.length > 3
          ? context.schedule(Instant.ofEpochMilli(Long.parseLong(parts[3])), interval, type, this::release)
          : context.schedule(interval, type, this::release);
    }

    @Override public void process(Record<Object, Object> record) {
      if (record.key() != null) store.put(record.key(), record.value());
    }

    private void release(long time) {
      List<KeyValue<Object, Object>> rows = new ArrayList<>();
      try (var all = store.all()) {
        while (all.hasNext()) rows.add(all.next());
      }
      for (var row : rows) context().forward(new Record<>(row.key, Texts.say(row.value) + "@" + time, time, new RecordHeaders()));
      for (var row : rows) store.delete(row.key);
      if (++calls == 5) schedule.cancel();
    }
  }

  /** The processor of a global store: puts (key, fn(value)). */
  static ProcessorSupplier<Object, Object, Void, Void> globalSupplier(String fn, String storeName) {
    var map = Functions.valueMapper(fn);
    return () -> new ContextualProcessor<Object, Object, Void, Void>() {
      @Override public void process(Record<Object, Object> record) {
        KeyValueStore<Object, Object> store = context().getStateStore(storeName);
        if (record.key() != null) store.put(record.key(), map.apply(record.key(), record.value()));
      }
    };
  }
}
