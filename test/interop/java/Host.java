/** One JVM for all Java judges: a line of JSON asks for an act, a line of JSON answers. It ends with its input. */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;

public final class Host {
  static final ObjectMapper json = new ObjectMapper();

  /** What an act makes of its arguments; anything that Jackson can write. */
  interface Act {
    Object of(JsonNode arguments) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    String bootstrap = args[0];
    PrintStream answers = System.out;
    System.setOut(System.err); // What libraries print is no answer.
    Clients clients = new Clients(bootstrap);
    Admins admins = new Admins(bootstrap);
    Tools tools = new Tools();
    StreamsJob streams = new StreamsJob(bootstrap);
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = questions.readLine()) != null; ) {
      JsonNode question = json.readTree(line);
      ObjectNode answer = json.createObjectNode();
      try {
        String name = question.get("act").asText();
        Act act = clients.acts.get(name);
        if (act == null) act = admins.acts.get(name);
        if (act == null) act = tools.acts.get(name);
        if (act == null) act = streams.acts.get(name);
        if (act == null) throw new IllegalArgumentException("no such act: " + name);
        answer.set("result", json.valueToTree(act.of(question)));
      } catch (Throwable thrown) {
        Throwable cause = thrown instanceof ExecutionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        answer.put("error", cause.getClass().getSimpleName() + ": " + cause.getMessage());
      }
      answers.println(json.writeValueAsString(answer));
      answers.flush();
    }
    System.exit(0);
  }
}
