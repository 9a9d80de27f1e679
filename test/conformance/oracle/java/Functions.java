import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** The functions that scenarios name, from the tables of the format. Null in, null out, unless said there. */
final class Functions {
  private Functions() {}

  static Predicate<Object, Object> predicate(String name) {
    if (name.startsWith("len>")) {
      int least = Integer.parseInt(name.substring(4));
      return (k, v) -> v != null && Texts.of(v).length() > least;
    }
    if (name.startsWith("k<")) return (k, v) -> k != null && Texts.of(k).compareTo(name.substring(2)) < 0;
    String part = argument(name, "has");
    return (k, v) -> v != null && Texts.of(v).contains(part);
  }

  static ValueMapperWithKey<Object, Object, Object> valueMapper(String name) {
    return (k, v) -> v == null ? null : mapped(name, Texts.say(k), Texts.of(v));
  }

  private static String mapped(String name, String key, String text) {
    switch (name) {
      case "upper": return text.toUpperCase(java.util.Locale.ROOT);
      case "rev": {
        StringBuilder reversed = new StringBuilder();
        for (int at = text.length() - 1; at >= 0; at--) reversed.append(text.charAt(at));
        return reversed.toString();
      }
      case "dup": return text + text;
      case "str": return text;
      case "len": return Integer.toString(text.length());
      case "withKey": return key + ":" + text;
      default:
    }
    if (name.startsWith("suffix:")) return text + argument(name, "suffix");
    return text.contains(argument(name, "nullIf")) ? null : text;
  }

  static KeyValueMapper<Object, Object, KeyValue<Object, Object>> pairMapper(String name) {
    switch (name) {
      case "swap": return (k, v) -> new KeyValue<>(Texts.say(v), Texts.of(k));
      case "keyFirst": return (k, v) -> new KeyValue<>(v == null || Texts.of(v).isEmpty() ? "none" : Texts.of(v).substring(0, 1), v);
      default: throw new UnsupportedOperationException("map " + name);
    }
  }

  static KeyValueMapper<Object, Object, Object> keyMapper(String name) {
    switch (name) {
      case "first": return (k, v) -> v == null || Texts.of(v).isEmpty() ? null : Texts.of(v).substring(0, 1);
      case "last": return (k, v) -> v == null || Texts.of(v).isEmpty() ? null : Texts.of(v).substring(Texts.of(v).length() - 1);
      case "key": return (k, v) -> Texts.of(k);
      case "inner": return (k, v) -> k instanceof Windowed<?> w ? Texts.of(w.key()) : Texts.of(k);
      case "start": return (k, v) -> k instanceof Windowed<?> w ? Long.toString(w.window().start()) : Texts.of(k);
      default: return (k, v) -> argument(name, "const");
    }
  }

  static ValueMapper<Object, Iterable<Object>> valuesMapper(String name) {
    switch (name) {
      case "chars": return v -> v == null ? List.of() : characters(Texts.of(v));
      case "twice": return v -> v == null ? List.of() : List.of(Texts.of(v), Texts.of(v) + "'");
      default: throw new UnsupportedOperationException("flatMapValues " + name);
    }
  }

  static KeyValueMapper<Object, Object, Iterable<KeyValue<Object, Object>>> pairsMapper(String name) {
    if (!name.equals("explode")) throw new UnsupportedOperationException("flatMap " + name);
    return (k, v) -> {
      List<KeyValue<Object, Object>> pairs = new ArrayList<>();
      if (v != null) for (Object c : characters(Texts.of(v))) pairs.add(new KeyValue<>(c, Texts.say(k) + c));
      return pairs;
    };
  }

  private static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>();
    for (int at = 0; at < text.length(); at++) characters.add(text.substring(at, at + 1));
    return characters;
  }

  static ValueJoinerWithKey<Object, Object, Object, Object> joinerWithKey(String name) {
    if (name.equals("cat")) return (k, left, right) -> bounded(Texts.say(left) + "+" + Texts.say(right));
    if (name.equals("catKey")) return (k, left, right) -> Texts.say(k) + ":" + Texts.say(left) + "+" + Texts.say(right);
    throw new UnsupportedOperationException("join " + name);
  }

  static ValueJoiner<Object, Object, Object> joiner(String name) {
    if (!name.equals("cat")) throw new UnsupportedOperationException("join " + name);
    return (left, right) -> bounded(Texts.say(left) + "+" + Texts.say(right));
  }

  static Aggregator<Object, Object, Object> fold(String name) {
    return (k, v, acc) -> folded(name, acc, v);
  }

  /** A scenario whose texts grow beyond this is not worth a comparison. */
  static String bounded(String text) {
    if (text.length() > 20_000) throw new UnsupportedOperationException("texts grow too long");
    return text;
  }

  static Object folded(String name, Object acc, Object v) {
    switch (name) {
      case "cat": return bounded(Texts.say(acc) + "," + Texts.say(v));
      case "plus": return bounded(Texts.say(acc) + "+" + Texts.say(v));
      case "minus": return bounded(Texts.say(acc) + "-" + Texts.say(v));
      case "star": return bounded(Texts.say(acc) + "*" + Texts.say(v));
      case "last": return Texts.of(v);
      case "max": return Texts.say(acc).compareTo(Texts.say(v)) >= 0 ? Texts.of(acc) : Texts.of(v);
      case "plusDrop": {
        String text = Texts.say(acc) + "+" + Texts.say(v);
        return text.length() > 14 ? null : text;
      }
      case "add": return Long.toString(number(acc) + number(v));
      case "sub": return Long.toString(number(acc) - number(v));
      default: throw new UnsupportedOperationException("fold " + name);
    }
  }

  private static long number(Object value) {
    String text = Texts.say(value);
    return text.matches("-?[0-9]{1,9}") ? Long.parseLong(text) : text.length();
  }

  static Merger<Object, Object> merger(String name) {
    if (!name.equals("amp")) throw new UnsupportedOperationException("merge " + name);
    return (k, a, b) -> Texts.say(a) + "&" + Texts.say(b);
  }

  static TimestampExtractor time(String name) {
    if (name.startsWith("shift:")) {
      long shift = Long.parseLong(argument(name, "shift"));
      return (record, partitionTime) -> record.timestamp() + shift;
    }
    boolean skips = name.startsWith("skip:");
    String part = argument(name, skips ? "skip" : "partition");
    return (ConsumerRecord<Object, Object> record, long partitionTime) -> {
      if (record.value() == null || !Texts.of(record.value()).contains(part)) return record.timestamp();
      return skips ? -1 : partitionTime;
    };
  }

  private static String argument(String name, String kind) {
    if (!name.startsWith(kind + ":")) throw new UnsupportedOperationException("function " + name);
    return name.substring(kind.length() + 1);
  }
}
