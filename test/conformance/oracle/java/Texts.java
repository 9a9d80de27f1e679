import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.kstream.Windowed;

/** Everything as text, as the format has it: counts as decimal text, windowed keys as {@code key@start/end}. */
final class Texts {
  private Texts() {}

  static final Serde<Object> SERDE = new TextSerde();

  static String of(Object value) {
    if (value == null) return null;
    if (value instanceof Windowed<?> windowed) {
      long end = windowed.window().end();
      return of(windowed.key()) + "@" + windowed.window().start() + "/" + (end == Long.MAX_VALUE ? "inf" : Long.toString(end));
    }
    return value.toString();
  }

  /** As {@link #of}, with "null" for nothing. */
  static String say(Object value) { return value == null ? "null" : of(value); }

  /** Writes anything as its text and reads texts; public, because it is also the default serde of the configuration. */
  public static final class TextSerde implements Serde<Object> {
    @Override public void configure(Map<String, ?> configs, boolean isKey) {}

    @Override public Serializer<Object> serializer() {
      return (topic, value) -> value == null ? null : of(value).getBytes(StandardCharsets.UTF_8);
    }

    @Override public Deserializer<Object> deserializer() {
      return (topic, bytes) -> bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
