/** The Java admin client. */
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

final class Admins {
  final Map<String, Host.Act> acts = new HashMap<>();
  private final Admin admin;

  Admins(String bootstrap) {
    admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "request.timeout.ms", 10_000, "default.api.timeout.ms", 15_000));
    acts.put("createTopic", question -> {
      var topic = new NewTopic(topicOf(question), Optional.of(question.get("partitions").asInt()), Optional.empty());
      Map<String, String> configs = new HashMap<>();
      question.get("configs").fields().forEachRemaining(each -> configs.put(each.getKey(), each.getValue().asText()));
      return done(admin.createTopics(List.of(topic.configs(configs))).all().get());
    });
    acts.put("deleteTopic", question -> done(admin.deleteTopics(List.of(topicOf(question))).all().get()));
    acts.put("listTopics", question -> admin.listTopics().names().get());
    acts.put("partitionCount", question -> description(question).partitions().size());
    acts.put("addPartitions", question -> done(admin
        .createPartitions(Map.of(topicOf(question), NewPartitions.increaseTo(question.get("total").asInt()))).all().get()));
    acts.put("topicConfig", question -> admin.describeConfigs(List.of(resource(question))).all().get()
        .get(resource(question)).get(question.get("key").asText()).value());
    acts.put("alterTopicConfig", question -> {
      var entry = new ConfigEntry(question.get("key").asText(), question.get("value").asText());
      var change = new AlterConfigOp(entry, AlterConfigOp.OpType.SET);
      return done(admin.incrementalAlterConfigs(Map.of(resource(question), List.of(change))).all().get());
    });
    acts.put("deleteRecords", question -> done(admin.deleteRecords(
        Map.of(partitionOf(question), RecordsToDelete.beforeOffset(question.get("before").asLong()))).all().get()));
    acts.put("offsets", question -> Map.of("start", offset(question, OffsetSpec.earliest()), "end",
        offset(question, OffsetSpec.latest())));
    acts.put("offsetOfMaxTimestamp", question -> offset(question, OffsetSpec.maxTimestamp()));
    acts.put("listGroups", question -> admin.listGroups().all().get().stream().map(each -> each.groupId()).toList());
    acts.put("describeGroup", this::describeGroup);
    acts.put("committed", this::committed);
    acts.put("resetToStart", this::resetToStart);
    acts.put("deleteGroup", question -> done(admin.deleteConsumerGroups(List.of(groupOf(question))).all().get()));
    acts.put("deleteOffset", question -> done(admin.deleteConsumerGroupOffsets(groupOf(question),
        java.util.Set.of(partitionOf(question))).all().get()));
    acts.put("removeInstance", question -> done(admin.removeMembersFromConsumerGroup(groupOf(question),
        new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(question.get("instance").asText()))))
        .all().get()));
    acts.put("activeProducers", question -> admin.describeProducers(List.of(partitionOf(question)))
        .partitionResult(partitionOf(question)).get().activeProducers().stream()
        .map(each -> Map.of("id", each.producerId(), "open", each.currentTransactionStartOffset().isPresent())).toList());
    acts.put("transactionState", question -> admin.describeTransactions(List.of(question.get("id").asText())).all().get()
        .get(question.get("id").asText()).state().toString());
    acts.put("listTransactions",
        question -> admin.listTransactions().all().get().stream().map(each -> each.transactionalId()).toList());
    acts.put("fenceProducer", question -> done(admin.fenceProducers(List.of(question.get("id").asText())).all().get()));
    acts.put("nodes", question -> admin.describeCluster().nodes().get().size());
    acts.put("features", question -> admin.describeFeatures().featureMetadata().get().finalizedFeatures().keySet());
    acts.put("logBytes", question -> admin.describeLogDirs(List.of(question.get("broker").asInt())).allDescriptions().get()
        .get(question.get("broker").asInt()).values().stream().flatMap(each -> each.replicaInfos().entrySet().stream())
        .filter(each -> each.getKey().topic().equals(topicOf(question))).mapToLong(each -> each.getValue().size()).sum());
  }

  private static Object done(Object nothing) {
    return null;
  }

  private static String topicOf(JsonNode question) {
    return question.get("topic").asText();
  }

  private static String groupOf(JsonNode question) {
    return question.get("group").asText();
  }

  private static TopicPartition partitionOf(JsonNode question) {
    return new TopicPartition(topicOf(question), question.path("partition").asInt(0));
  }

  private static ConfigResource resource(JsonNode question) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topicOf(question));
  }

  private org.apache.kafka.clients.admin.TopicDescription description(JsonNode question) throws Exception {
    return admin.describeTopics(List.of(topicOf(question))).allTopicNames().get().get(topicOf(question));
  }

  private long offset(JsonNode question, OffsetSpec which) throws Exception {
    TopicPartition partition = partitionOf(question);
    return admin.listOffsets(Map.of(partition, which)).all().get().get(partition).offset();
  }

  private Object describeGroup(JsonNode question) throws Exception {
    var group = admin.describeConsumerGroups(List.of(groupOf(question))).all().get().get(groupOf(question));
    return Map.of("state", group.groupState().toString(), "members", group.members().size());
  }

  private Object committed(JsonNode question) throws Exception {
    Map<String, Object> offsets = new TreeMap<>();
    admin.listConsumerGroupOffsets(groupOf(question)).partitionsToOffsetAndMetadata().get()
        .forEach((partition, offset) -> offsets.put(String.valueOf(partition.partition()), offset.offset()));
    return offsets;
  }

  private Object resetToStart(JsonNode question) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (var each : description(question).partitions()) {
      offsets.put(new TopicPartition(topicOf(question), each.partition()), new OffsetAndMetadata(0));
    }
    return done(admin.alterConsumerGroupOffsets(groupOf(question), offsets).all().get());
  }
}
