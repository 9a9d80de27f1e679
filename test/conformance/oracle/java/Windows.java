import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.kstream.internals.TimeWindow;

/** Windows and suppressions of scenarios as Kafka's. */
final class Windows {
  private Windows() {}

  /** TimeWindows, UnlimitedWindows, Tiles, SlidingWindows or SessionWindows. */
  static Object of(JsonNode spec) {
    Duration grace = ms(spec.path("grace").asLong());
    switch (spec.get("type").asText()) {
      case "tumbling": return TimeWindows.ofSizeAndGrace(ms(spec.get("size").asLong()), grace);
      case "hopping": return TimeWindows.ofSizeAndGrace(ms(spec.get("size").asLong()), grace).advanceBy(ms(spec.get("advance").asLong()));
      case "sliding": return SlidingWindows.ofTimeDifferenceAndGrace(ms(spec.get("diff").asLong()), grace);
      case "session": return SessionWindows.ofInactivityGapAndGrace(ms(spec.get("gap").asLong()), grace);
      case "unlimited": return UnlimitedWindows.of().startOn(Instant.ofEpochMilli(spec.get("start").asLong()));
      case "tiles": return new Tiles(spec.get("sizes"), spec.path("grace").asLong());
      default: throw new UnsupportedOperationException("window " + spec);
    }
  }

  static JoinWindows join(JsonNode spec) {
    long before = spec.get("before").asLong(), after = spec.get("after").asLong();
    long widest = Math.max(Math.abs(before), Math.abs(after));
    return JoinWindows.ofTimeDifferenceAndGrace(ms(widest), ms(spec.path("grace").asLong())).before(ms(before)).after(ms(after));
  }

  static Suppressed<Object> suppressed(Node node) {
    boolean bounded = node.has("maxRecords");
    Suppressed<?> suppressed;
    if ("close".equals(node.text("until"))) {
      var buffer = bounded ? Suppressed.BufferConfig.maxRecords(node.number("maxRecords")).shutDownWhenFull() : Suppressed.BufferConfig.unbounded();
      suppressed = Suppressed.untilWindowCloses(buffer);
    } else {
      Suppressed.BufferConfig<?> buffer = !bounded
          ? Suppressed.BufferConfig.unbounded()
          : "stop".equals(node.text("full"))
              ? Suppressed.BufferConfig.maxRecords(node.number("maxRecords")).shutDownWhenFull()
              : Suppressed.BufferConfig.maxRecords(node.number("maxRecords")).emitEarlyWhenFull();
      suppressed = Suppressed.untilTimeLimit(ms(node.number("until")), buffer);
    }
    if (node.has("name")) suppressed = suppressed.withName(node.text("name"));
    @SuppressWarnings("unchecked") Suppressed<Object> typed = (Suppressed<Object>) suppressed;
    return typed;
  }

  private static Duration ms(long ms) { return Duration.ofMillis(ms); }

  /** Windows that cover time from 0 on without gaps, their sizes taken in turn. */
  private static final class Tiles extends org.apache.kafka.streams.kstream.Windows<TimeWindow> {
    private final long[] sizes;
    private final long grace;
    private long total;
    private long greatest;

    Tiles(JsonNode spec, long grace) {
      this.grace = grace;
      sizes = new long[spec.size()];
      for (int at = 0; at < sizes.length; at++) {
        sizes[at] = spec.get(at).asLong();
        total += sizes[at];
        greatest = Math.max(greatest, sizes[at]);
      }
    }

    @Override public Map<Long, TimeWindow> windowsFor(long timestamp) {
      Map<Long, TimeWindow> windows = new LinkedHashMap<>();
      long start = timestamp / total * total;
      for (long size : sizes) {
        if (timestamp < start + size) {
          windows.put(start, new TimeWindow(start, start + size));
          break;
        }
        start += size;
      }
      return windows;
    }

    @Override public long size() { return greatest; }

    @Override public long gracePeriodMs() { return grace; }
  }
}
