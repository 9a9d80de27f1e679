// Prints test/golden/offset-metadata.json: the metadata of committed offsets as Apache Kafka Streams encodes it.
//
//   java -cp <class path with kafka-streams> OffsetMetadata.java > offset-metadata.json
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.internals.ProcessorMetadata;
import org.apache.kafka.streams.processor.internals.TopicPartitionMetadata;

public class OffsetMetadata {
  static final List<String> cases = new ArrayList<>();

  static void add(long partitionTime, Object... notes) {
    ProcessorMetadata metadata = new ProcessorMetadata();
    List<String> pairs = new ArrayList<>();
    for (int at = 0; at < notes.length; at += 2) {
      metadata.put((String) notes[at], (Long) notes[at + 1]);
      pairs.add("[\"" + notes[at] + "\", " + notes[at + 1] + "]");
    }
    String encoded = new TopicPartitionMetadata(partitionTime, metadata).encode();
    cases.add("  { \"partitionTime\": " + partitionTime + ", \"noted\": [" + String.join(", ", pairs) + "], \"encoded\": \"" + encoded + "\" }");
  }

  public static void main(String[] arguments) {
    add(0);
    add(1700000000000L);
    add(12, "KSTREAM-AGGREGATE-0000000003-lastEmittedCloseTime", 42L);
    add(99, "a", 1L, "b-é", 9007199254740991L);
    System.out.println("[\n" + String.join(",\n", cases) + "\n]");
  }
}
