/** Apache Kafka's command-line tools, each run by its main method: what it printed, and the code it would have ended with. */
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Exit;

final class Tools {
  final Map<String, Host.Act> acts = new HashMap<>();

  /** Thrown in place of the end of the process. */
  private static final class Ended extends RuntimeException {
    Ended() {
      super("the tool has ended", null, false, false);
    }
  }

  /** The code that the running tool has ended with first: some catch what is thrown at them, and end again with 1. */
  private Integer ended;
  private final List<Runnable> hooks = new ArrayList<>();

  private void end(int code) {
    if (ended == null) ended = code;
    throw new Ended();
  }

  Tools() {
    Exit.setExitProcedure((code, message) -> end(code));
    Exit.setHaltProcedure((code, message) -> end(code));
    Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
    acts.put("tool", this::run);
  }

  private Object run(JsonNode question) throws Exception {
    List<String> arguments = new ArrayList<>();
    question.get("arguments").forEach(each -> arguments.add(each.asText()));
    String input = question.path("input").asText("");
    PrintStream outWas = System.out;
    PrintStream errWas = System.err;
    InputStream inWas = System.in;
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var executor = Executors.newSingleThreadExecutor(work -> {
      Thread thread = new Thread(work, "tool");
      thread.setDaemon(true);
      return thread;
    });
    try {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      Callable<Integer> main = () -> codeOf(question.get("class").asText(), arguments.toArray(new String[0]));
      int code = executor.submit(main).get(40, TimeUnit.SECONDS);
      return Map.of("code", code, "out", out.toString(StandardCharsets.UTF_8), "err", err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(outWas);
      System.setErr(errWas);
      System.setIn(inWas);
      executor.shutdownNow();
    }
  }

  private int codeOf(String name, String[] arguments) throws Exception {
    ended = null;
    hooks.clear();
    try {
      Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } catch (InvocationTargetException thrown) {
      if (ended == null) {
        thrown.getCause().printStackTrace();
        return 1;
      }
    }
    int code = ended == null ? 0 : ended;
    for (Runnable hook : List.copyOf(hooks)) hook.run();
    return code;
  }
}
