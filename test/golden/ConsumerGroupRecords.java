/*
 * The records of a group of the consumer protocol as Apache Kafka writes them: keys and values in hexadecimal, as JSON.
 *
 *   java -cp "$(../shared/kafka/kafka.sh classpath)" test/golden/ConsumerGroupRecords.java > test/golden/consumer-group-records.json
 */
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.*;

public class ConsumerGroupRecords {
  static final Uuid topic = new Uuid(1, 2);
  static final StringBuilder json = new StringBuilder();

  static String hex(ByteBuffer bytes) {
    var copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }

  static void record(String name, ApiMessage key, int keyVersion, ApiMessage value) {
    // The generated keys are of version 0; the number of the record's kind is written in front.
    var body = MessageUtil.toVersionPrefixedByteBuffer((short) 0, key);
    body.putShort(0, (short) keyVersion);
    var bytes = MessageUtil.toVersionPrefixedByteBuffer((short) 0, value);
    json.append(json.isEmpty() ? "{\n" : ",\n");
    json.append("  \"%s\": { \"key\": \"%s\", \"value\": \"%s\" }".formatted(name, hex(body), hex(bytes)));
  }

  public static void main(String[] arguments) {
    record("consumer-epoch", new ConsumerGroupMetadataKey().setGroupId("group"), 3,
        new ConsumerGroupMetadataValue().setEpoch(7).setMetadataHash(123456789L));
    record("consumer-member", new ConsumerGroupMemberMetadataKey().setGroupId("group").setMemberId("member"), 5,
        new ConsumerGroupMemberMetadataValue().setInstanceId("instance").setRackId(null).setClientId("client")
            .setClientHost("/127.0.0.1").setSubscribedTopicNames(List.of("a", "b")).setSubscribedTopicRegex("c.*")
            .setRebalanceTimeoutMs(300000).setServerAssignor("range"));
    record("classic-member", new ConsumerGroupMemberMetadataKey().setGroupId("group").setMemberId("member"), 5,
        new ConsumerGroupMemberMetadataValue().setInstanceId(null).setRackId("rack").setClientId("client")
            .setClientHost("/127.0.0.1").setSubscribedTopicNames(List.of("a")).setSubscribedTopicRegex(null)
            .setRebalanceTimeoutMs(60000).setServerAssignor(null)
            .setClassicMemberMetadata(new ConsumerGroupMemberMetadataValue.ClassicMemberMetadata()
                .setSessionTimeoutMs(45000)
                .setSupportedProtocols(List.of(
                    new ConsumerGroupMemberMetadataValue.ClassicProtocol().setName("range").setMetadata(new byte[] {0, 3, 1}),
                    new ConsumerGroupMemberMetadataValue.ClassicProtocol().setName("sticky").setMetadata(new byte[] {0, 3, 2})))));
    record("consumer-target-epoch", new ConsumerGroupTargetAssignmentMetadataKey().setGroupId("group"), 6,
        new ConsumerGroupTargetAssignmentMetadataValue().setAssignmentEpoch(7).setAssignmentTimestamp(1700000000000L));
    record("consumer-target", new ConsumerGroupTargetAssignmentMemberKey().setGroupId("group").setMemberId("member"), 7,
        new ConsumerGroupTargetAssignmentMemberValue().setTopicPartitions(List.of(
            new ConsumerGroupTargetAssignmentMemberValue.TopicPartition().setTopicId(topic).setPartitions(List.of(0, 2)))));
    record("consumer-position", new ConsumerGroupCurrentMemberAssignmentKey().setGroupId("group").setMemberId("member"), 8,
        new ConsumerGroupCurrentMemberAssignmentValue().setMemberEpoch(7).setPreviousMemberEpoch(6).setState((byte) 1)
            .setAssignedPartitions(List.of(new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                .setTopicId(topic).setPartitions(List.of(0, 2)).setAssignmentEpochs(List.of(5, 7))))
            .setPartitionsPendingRevocation(List.of(new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                .setTopicId(topic).setPartitions(List.of(1)).setAssignmentEpochs(List.of(5)))));
    record("consumer-regex", new ConsumerGroupRegularExpressionKey().setGroupId("group").setRegularExpression("c.*"), 16,
        new ConsumerGroupRegularExpressionValue().setTopics(List.of("c1", "c2")).setVersion(9).setTimestamp(1700000000000L));
    System.out.println(json.append("\n}"));
  }
}
