/*
 * Members of a group, of the consumer protocol (KIP-848) unless `group.protocol=classic` is among their properties, led by lines on the standard input and telling on the standard output
 * what happens to them:
 *
 *   join NAME [key=value ...]    ->  NAME assigned p p | NAME revoked p p | NAME lost p p | NAME read VALUE | NAME failed WHY
 *   leave NAME                   ->  NAME left
 *   describe                     ->  * described STATE TYPE ASSIGNOR MEMBERS
 *   list                         ->  * listed TYPE STATE
 *
 * Arguments: bootstrap address, group, topic. Properties of a member may say `pattern=RE` to subscribe by pattern.
 * What a member was given after a poll is committed before the next.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

public class GroupMembers {
  static final Map<String, Member> members = new ConcurrentHashMap<>();

  static synchronized void tell(String name, String what) {
    System.out.println((name + " " + what).stripTrailing());
    System.out.flush();
  }

  static String sorted(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).collect(Collectors.toCollection(TreeSet::new)).stream()
        .collect(Collectors.joining(" "));
  }

  static class Member extends Thread implements ConsumerRebalanceListener {
    final KafkaConsumer<String, String> consumer;
    volatile boolean leaving;

    Member(String name, Properties properties, String topic, String pattern) {
      super(name);
      consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
      if (pattern == null) consumer.subscribe(List.of(topic), this);
      else consumer.subscribe(new SubscriptionPattern(pattern), this);
    }

    public void run() {
      try {
        while (!leaving) {
          for (var record : consumer.poll(Duration.ofMillis(200))) tell(getName(), "read " + record.value());
          try {
            consumer.commitSync();
          } catch (CommitFailedException | RebalanceInProgressException rebalance) {
            // Whoever has the partitions next reads them again.
            tell(getName(), "uncommitted " + rebalance.getClass().getSimpleName());
          }
        }
      } catch (WakeupException leave) {
        // The loop ends below.
      } catch (Exception failure) {
        tell(getName(), "failed " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
      }
      consumer.close();
      tell(getName(), "left");
    }

    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      tell(getName(), "assigned " + sorted(partitions));
    }

    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      tell(getName(), "revoked " + sorted(partitions));
    }

    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      tell(getName(), "lost " + sorted(partitions));
    }
  }

  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (var line = input.readLine(); line != null; line = input.readLine()) {
      var words = line.split(" ");
      switch (words[0]) {
        case "join" -> {
          var properties = new Properties();
          properties.put("bootstrap.servers", arguments[0]);
          properties.put("group.id", arguments[1]);
          properties.put("group.protocol", "consumer");
          properties.put("auto.offset.reset", "earliest");
          properties.put("enable.auto.commit", "false");
          String pattern = null;
          for (int index = 2; index < words.length; index++) {
            var pair = words[index].split("=", 2);
            if (pair[0].equals("pattern")) pattern = pair[1];
            else properties.put(pair[0], pair[1]);
          }
          var member = new Member(words[1], properties, arguments[2], pattern);
          members.put(words[1], member);
          member.start();
        }
        case "leave" -> {
          var member = members.remove(words[1]);
          member.leaving = true;
          member.join();
        }
        case "describe" -> {
          try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) arguments[0]))) {
            var group = admin.describeConsumerGroups(List.of(arguments[1])).all().get().get(arguments[1]);
            tell("*", "described " + group.groupState() + " " + group.type() + " " + group.partitionAssignor() + " "
                + group.members().size());
          }
        }
        case "list" -> {
          try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) arguments[0]))) {
            for (var group : admin.listGroups().all().get()) {
              if (!group.groupId().equals(arguments[1])) continue;
              tell("*", "listed " + group.type().get() + " " + group.groupState().get());
            }
          }
        }
        default -> throw new IllegalArgumentException(line);
      }
    }
    for (var member : members.values()) member.leaving = true;
  }
}
