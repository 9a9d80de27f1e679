import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * Answers scenarios: one in JSON per line of standard input, and for each, at once, a line with what Apache Kafka Streams
 * makes of it: its describe, expected, stores and error (with why), or `unsupported` where the format has no such thing.
 */
public final class Oracle {
  private Oracle() {}

  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    Path base = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "oracle");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = lines.readLine()) != null; ) {
      if (line.isBlank()) continue;
      JsonNode scenario = json.readTree(line);
      ObjectNode answer;
      try {
        answer = answer(scenario, base, ServiceOrder.GIVEN);
        if (scenario.path("orders").asBoolean()) answer.put("hangsOnOrder", hangsOnOrder(scenario, base, answer));
      } catch (UnsupportedOperationException unsupported) {
        answer = json.createObjectNode().put("unsupported", unsupported.toString());
      }
      answers.println(json.writeValueAsString(answer));
      answers.flush();
    }
    delete(base);
  }

  private static int directories;

  private static ObjectNode answer(JsonNode scenario, Path base, ServiceOrder order) throws java.io.IOException {
    Path directory = base.resolve(Integer.toString(directories++));
    try {
      return new ScenarioRun(scenario, directory, order).answer();
    } finally {
      delete(directory);
    }
  }

  private static boolean hangsOnOrder(JsonNode scenario, Path base, ObjectNode given) throws java.io.IOException {
    for (ServiceOrder order : ServiceOrder.others()) {
      ObjectNode other = answer(scenario, base, order);
      for (String field : new String[] {"expected", "stores", "error"}) {
        if (!java.util.Objects.equals(given.get(field), other.get(field))) return true;
      }
    }
    return false;
  }

  private static void delete(Path directory) throws java.io.IOException {
    if (!Files.exists(directory)) return;
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
