// Prints test/golden/record-batches.json: record batches as Apache Kafka's own code writes them.
//
//   java -cp <class path with kafka-clients and its codecs> RecordBatches.java > record-batches.json
//   java -cp ... RecordBatches.java read batch.bin ...    checks batches of ours with Kafka's reader and prints them
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Utils;

public class RecordBatches {
  static final long TIME = 1_700_000_000_000L;

  record Entry(long offset, long timestamp, byte[] key, byte[] value, Header[] headers) {}

  static final List<String> cases = new ArrayList<>();

  static byte[] bytes(String text) { return text == null ? null : text.getBytes(java.nio.charset.StandardCharsets.UTF_8); }

  static Entry entry(long offset, long timestamp, String key, String value, Header... headers) {
    return new Entry(offset, timestamp, bytes(key), bytes(value), headers);
  }

  static List<Entry> many(int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++)
      entries.add(entry(i, TIME + i * 37L, "key-" + i % 17, "{\"id\":" + i + ",\"user\":\"user-" + i % 11 + "\",\"type\":\"order\"}"));
    return entries;
  }

  static void add(String name, MemoryRecordsBuilder builder, List<Entry> entries) {
    for (Entry e : entries) builder.appendWithOffset(e.offset, e.timestamp, e.key, e.value, e.headers);
    add(name, builder.build());
  }

  static void add(String name, MemoryRecords records) {
    ByteBuffer buffer = records.buffer().duplicate();
    byte[] out = new byte[buffer.remaining()];
    buffer.get(out);
    cases.add("    { \"name\": \"" + name + "\", \"batch\": \"" + HexFormat.of().formatHex(out) + "\" }");
  }

  static MemoryRecordsBuilder builder(Compression compression, TimestampType type, long baseOffset, long logAppendTime,
      long producerId, short epoch, int sequence, boolean transactional, boolean control, int leaderEpoch) {
    return new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 16), RecordBatch.MAGIC_VALUE_V2, compression, type, baseOffset,
        logAppendTime, producerId, epoch, sequence, transactional, control, leaderEpoch, 1 << 20);
  }

  static MemoryRecordsBuilder plain(Compression compression) {
    return builder(compression, TimestampType.CREATE_TIME, 0, -1, -1, (short) -1, -1, false, false, -1);
  }

  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("read")) { for (int i = 1; i < args.length; i++) read(args[i]); return; }
    add("one record", plain(Compression.NONE), List.of(entry(0, TIME, "key", "value")));
    add("null key and null value", plain(Compression.NONE),
        List.of(entry(0, TIME, null, "value"), entry(1, TIME, "key", null), entry(2, TIME, null, null), entry(3, TIME, "", "")));
    add("headers", plain(Compression.NONE), List.of(entry(0, TIME, "k", "v",
        new RecordHeader("trace", bytes("a")), new RecordHeader("trace", bytes("b")), new RecordHeader("empty", new byte[0]),
        new RecordHeader("absent", (byte[]) null), new RecordHeader("żółw", bytes("\u0000")))));
    add("timestamps out of order", plain(Compression.NONE), List.of(entry(0, TIME, "a", "1"), entry(1, TIME - 86_400_000L, "b", "2"),
        entry(2, 0, "c", "3"), entry(3, 253_402_300_799_999L, "d", "4"), entry(4, TIME + 1, "e", "5")));
    add("log append time", builder(Compression.NONE, TimestampType.LOG_APPEND_TIME, 5_000_000_000L, TIME + 999, -1, (short) -1, -1,
        false, false, 7), List.of(entry(5_000_000_000L, TIME, "a", "1"), entry(5_000_000_001L, TIME + 5, "b", "2")));
    add("transactional", builder(Compression.NONE, TimestampType.CREATE_TIME, 42, -1, 9_007_199_254_740_991L, (short) 32767,
        2147483646, true, false, 3), List.of(entry(42, TIME, "a", "1"), entry(43, TIME, "b", "2"), entry(44, TIME, "c", "3")));
    add("holes", plain(Compression.NONE), List.of(entry(2, TIME, "a", "1"), entry(9, TIME, "b", "2")));
    add("commit marker", MemoryRecords.withEndTransactionMarker(17, TIME, 4, 1234L, (short) 5, new EndTransactionMarker(ControlRecordType.COMMIT, 11)));
    add("abort marker", MemoryRecords.withEndTransactionMarker(18, TIME, 4, 1234L, (short) 5, new EndTransactionMarker(ControlRecordType.ABORT, 12)));
    ByteBuffer empty = ByteBuffer.allocate(61);
    DefaultRecordBatch.writeEmptyHeader(empty, RecordBatch.MAGIC_VALUE_V2, 1234L, (short) 5, 100, 20, 29, 4, TimestampType.CREATE_TIME, TIME, true, false);
    empty.flip();
    add("empty", MemoryRecords.readableRecords(empty));
    add("delete horizon", new MemoryRecordsBuilder(new org.apache.kafka.common.utils.ByteBufferOutputStream(1024), RecordBatch.MAGIC_VALUE_V2,
        Compression.NONE, TimestampType.CREATE_TIME, 0, -1, -1, (short) -1, -1, false, false, -1, 1 << 20, TIME + 86_400_000L),
        List.of(entry(0, TIME, "a", null), entry(3, TIME + 5, "b", null)));
    add("many", plain(Compression.NONE), many(300));
    add("gzip", plain(Compression.gzip().build()), many(300));
    add("snappy", plain(Compression.snappy().build()), many(300));
    add("lz4", plain(Compression.lz4().build()), many(300));
    add("zstd", plain(Compression.zstd().build()), many(300));
    List<String> hashes = new ArrayList<>();
    for (String key : new String[] {"", "a", "ab", "abc", "abcd", "21", "foobar", "żółw", "a-little-bit-long-string", "0123456789012345678901234567890123456789"})
      hashes.add("    { \"key\": \"" + key + "\", \"murmur2\": " + Utils.murmur2(bytes(key)) + " }");
    System.out.println("{\n  \"kafka\": \"" + AppInfoParser.getVersion() + "\",\n  \"batches\": [\n" + String.join(",\n", cases)
        + "\n  ],\n  \"hashes\": [\n" + String.join(",\n", hashes) + "\n  ]\n}");
  }

  static void read(String file) throws Exception {
    MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(Path.of(file))));
    for (MutableRecordBatch batch : records.batches()) {
      batch.ensureValid();
      int count = 0;
      long sum = 0;
      for (org.apache.kafka.common.record.internal.Record record : batch) { record.ensureValid(); count++; sum += record.valueSize() + record.keySize() + record.timestamp(); }
      System.out.println(Path.of(file).getFileName() + ": " + batch + " records=" + count + " sum=" + sum);
    }
  }
}
