import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.internals.RecordQueue;
import org.apache.kafka.streams.processor.internals.StreamTask;

/**
 * An order in which queues that hold records may be served. No scenario may hang on the order of equal timestamps or of
 * sub-topologies; Kafka's driver has one task for all, so that other orders are put into it by force.
 */
final class ServiceOrder {
  /** As Kafka has it. */
  static final ServiceOrder GIVEN = new ServiceOrder(false, 0);

  /** Whether a sub-topology's queues are served first, and only among them the smallest timestamp. */
  private final boolean byParts;
  /** Chooses among equals; 0 for what Kafka does. */
  private final int seed;

  private ServiceOrder(boolean byParts, int seed) { this.byParts = byParts; this.seed = seed; }

  /** Orders that differ from Kafka's, enough of them to find out what hangs on one. */
  static List<ServiceOrder> others() {
    List<ServiceOrder> orders = new ArrayList<>();
    for (int seed = 1; seed <= 8; seed++) orders.add(new ServiceOrder(false, seed));
    for (int seed = 1; seed <= 6; seed++) orders.add(new ServiceOrder(true, seed));
    return orders;
  }

  void putInto(TopologyTestDriver driver, Topology topology) {
    if (seed == 0) return;
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
    Comparator<RecordQueue> byChance = Comparator.comparingInt(queue -> shuffled(queue.partition().topic().hashCode()));
    if (!byParts) return byTime.thenComparing(byChance);
    Comparator<RecordQueue> byPart = Comparator.comparingInt(queue -> shuffled(parts.getOrDefault(queue.partition().topic(), 0)));
    return byPart.thenComparing(byTime).thenComparing(byChance);
  }

  private int shuffled(int number) {
    int mixed = (number ^ seed * 0x9e3779b9) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return mixed ^ mixed >>> 16;
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
