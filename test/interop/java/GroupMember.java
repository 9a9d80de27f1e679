/** A group member with a thread that polls, keeps what it sees, and commits it. */
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;

final class GroupMember implements ConsumerRebalanceListener {
  private final KafkaConsumer<String, String> consumer;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final AtomicInteger rebalances = new AtomicInteger();
  private final Thread thread;
  private volatile List<Integer> assigned = List.of();
  private volatile boolean going = true;
  private volatile Throwable failure;

  GroupMember(KafkaConsumer<String, String> consumer, String topic) {
    this.consumer = consumer;
    consumer.subscribe(List.of(topic), this);
    thread = new Thread(this::run, "member");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (going) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) seen.add(record.value());
        assigned = consumer.assignment().stream().map(TopicPartition::partition).sorted().toList();
        try {
          if (going) consumer.commitSync();
        } catch (RebalanceInProgressException | CommitFailedException joining) {
          // What was not committed is read again by whoever is given it.
        }
      }
    } catch (WakeupException ended) {
      // `end` is waiting.
    } catch (Throwable thrown) {
      failure = thrown;
    }
  }

  List<String> seen() throws Exception {
    if (failure != null) throw new IllegalStateException("the member has failed: " + failure, failure);
    return new ArrayList<>(seen);
  }

  List<Integer> assigned() {
    return assigned;
  }

  /** How often partitions were given to it or taken from it. */
  int rebalances() {
    return rebalances.get();
  }

  Object end(boolean leave) throws Exception {
    going = false;
    thread.join(10_000);
    var membership = leave
        ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
        : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP;
    consumer.close(CloseOptions.groupMembershipOperation(membership).withTimeout(Duration.ofSeconds(5)));
    return null;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) rebalances.incrementAndGet();
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) rebalances.incrementAndGet();
  }
}
