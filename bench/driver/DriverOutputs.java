// A digest of what a flights job puts out in TopologyTestDriver, to be compared with Millrace's test driver.
//   java DriverOutputs JOB flights.ndjson airports.ndjson LIMIT
// The job is the one of the reference program, Flights.java, whose classes must be in the class path.
import java.io.*;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.test.TestRecord;

public class DriverOutputs {
  static long count = 0;

  public static void main(String[] a) throws Exception {
    String job = a[0];
    String name = switch (job) { case "stateless" -> "late-flights"; case "windowed" -> "delays-hourly"; case "join" -> "flights-enriched"; default -> "arrivals"; };
    MessageDigest digest = MessageDigest.getInstance("SHA-1");
    try (TopologyTestDriver driver = new TopologyTestDriver(Flights.topology(job), Flights.config("none:1", job, "at_least_once", "1"))) {
      var serializer = new ByteArraySerializer();
      var out = driver.createOutputTopic(name, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      if (job.equals("join")) pipe(driver.createInputTopic("airports", serializer, serializer), out, a[2], Integer.MAX_VALUE, digest);
      pipe(driver.createInputTopic("flights", serializer, serializer), out, a[1], Integer.parseInt(a[3]), digest);
    }
    System.out.printf("{\"records\":%d,\"digest\":\"%s\"}%n", count, HexFormat.of().formatHex(digest.digest()).substring(0, 16));
  }

  static void pipe(TestInputTopic<byte[], byte[]> in, TestOutputTopic<byte[], byte[]> out, String file, int limit, MessageDigest digest) throws Exception {
    try (BufferedReader reader = Files.newBufferedReader(Path.of(file))) {
      String line;
      for (int n = 0; n < limit && (line = reader.readLine()) != null; n++) {
        int i = line.indexOf('\t'), j = line.indexOf('\t', i + 1);
        in.pipeInput(line.substring(0, i).getBytes("UTF-8"), line.substring(j + 1).getBytes("UTF-8"), Long.parseLong(line.substring(i + 1, j)));
        while (!out.isEmpty()) {
          TestRecord<byte[], byte[]> r = out.readRecord();
          digest.update((r.timestamp() + "\t").getBytes());
          digest.update(r.key());
          digest.update((byte) '\t');
          digest.update(r.value());
          digest.update((byte) '\n');
          count++;
        }
      }
    }
  }
}
