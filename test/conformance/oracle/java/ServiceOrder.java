import java.lang.reflect.Field;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.internals.RecordQueue;
import org.apache.kafka.streams.processor.internals.StreamTask;

/**
 * The orders in which queues that hold records may be served. No scenario may hang on the order of equal timestamps or of
 * sub-topologies; Kafka's driver has one task for all, so that other orders are put into it by force.
 */
enum ServiceOrder {
  /** As Kafka has it. */
  GIVEN,
  /** Equal timestamps in the order of their topics' names. */
  TIES_ASCENDING,
  TIES_DESCENDING,
  /** A sub-topology's queues first, and only among them the smallest timestamp. */
  PARTS_ASCENDING,
  PARTS_DESCENDING;

  void putInto(TopologyTestDriver driver, Topology topology) {
    if (this == GIVEN) return;
    try {
      Field taskField = field(TopologyTestDriver.class, "task");
      StreamTask task = (StreamTask) taskField.get(driver);
      if (task == null) return;
      Object group = field(StreamTask.class, "partitionGroup").get(task);
      Field queues = field(group.getClass(), "nonEmptyQueuesByTime");
      queues.set(group, new PriorityQueue<RecordQueue>(11, comparator(parts(topology))));
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException(changed);
    }
  }

  private Comparator<RecordQueue> comparator(Map<String, Integer> parts) {
    Comparator<RecordQueue> byTime = Comparator.comparingLong(RecordQueue::headRecordTimestamp);
    Comparator<RecordQueue> byTopic = Comparator.comparing(queue -> queue.partition().topic());
    Comparator<RecordQueue> byPart = Comparator.comparingInt(queue -> parts.getOrDefault(queue.partition().topic(), 0));
    switch (this) {
      case TIES_ASCENDING: return byTime.thenComparing(byTopic);
      case TIES_DESCENDING: return byTime.thenComparing(byTopic.reversed());
      case PARTS_ASCENDING: return byPart.thenComparing(byTime).thenComparing(byTopic);
      default: return byPart.reversed().thenComparing(byTime).thenComparing(byTopic.reversed());
    }
  }

  /** The sub-topology that reads each topic. */
  private static Map<String, Integer> parts(Topology topology) {
    Map<String, Integer> parts = new HashMap<>();
    for (TopologyDescription.Subtopology part : topology.describe().subtopologies()) {
      for (TopologyDescription.Node node : part.nodes()) {
        if (!(node instanceof TopologyDescription.Source source)) continue;
        if (source.topicPattern() != null) parts.put(source.topicPattern().pattern(), part.id());
        else for (String topic : source.topicSet()) {
          parts.put(topic, part.id());
          parts.put("app-" + topic, part.id());
        }
      }
    }
    return parts;
  }

  private static Field field(Class<?> owner, String name) throws NoSuchFieldException {
    for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
      try {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
      } catch (NoSuchFieldException inherited) {
        continue;
      }
    }
    throw new NoSuchFieldException(owner.getName() + "." + name);
  }
}
