/** The public names of Millrace's core: declaring topics, applications and topologies. */
export type { Duration } from './base/duration.ts'
export type { ErrorCode } from './base/error-codes.ts'
export { StreamsError, type ErrorDetails } from './base/errors.ts'
export { defineApp, type App, type AppDefinition } from './dsl/app.ts'
export type { ErrorOptions } from './dsl/error-options.ts'
export type {
  ErrorPolicies,
  ErrorPolicy,
  ErrorReaction,
  FailedRecord,
  FailureKind,
} from './processor/error-policy.ts'
export { topologyApp, type TopologyAppDefinition } from './dsl/topology-app.ts'
export type { RowStoreOptions, TtlOption, TtlOptions } from './dsl/ttl-options.ts'
export { storeSupplier } from './dsl/store-supplier.ts'
export type { StoreBackend, StoreSupplier, StoreSupplierContext } from './state/store-supplier.ts'
export { MemoryBytes } from './state/memory-bytes.ts'
export type { BytesRange, BytesWrite, OrderedBytes } from './state/ordered-bytes.ts'
export type { CogroupWindowOptions } from './dsl/cogroup-options.ts'
export type { LateRecordsOption, LateSidesOption } from './dsl/late-option.ts'
export type { AnyDedupeOptions, DedupeOptions } from './dsl/dedupe-options.ts'
export { dedupe } from './dsl/reusable-operators.ts'
export type { IdleOption } from './dsl/idle-option.ts'
export type { AsyncMapper, AsyncOptions, RetryOptions } from './dsl/async-options.ts'
export type {
  Aggregator,
  AsyncCallbackNotAllowed,
  Initializer,
  Joiner,
  Mapper,
  Merger,
  Predicate,
  Sync,
  TypeGuard,
} from './dsl/function-types.ts'
export type {
  ForeignKeyJoinOptions,
  ForeignKeyNeeded,
  SameKeys,
  JoinStoreOptions,
  StreamJoinOptions,
} from './dsl/join-options.ts'
export type {
  GlobalTableOptions,
  BranchOptions,
  KeyOptions,
  NamedOptions,
  RepartitionOptions,
  SinkOptions,
  SourceOptions,
  StoreOptions,
  StringKeyOptions,
  SuppressOptions,
  TimestampedRecord,
  ValueOptions,
  WindowStoreOptions,
  UpdatedWindowOptions,
  WindowedByOptions,
} from './dsl/options.ts'
export type { PrintOptions } from './dsl/print-options.ts'
export type { LookupTable } from './dsl/lookup-table.ts'
export { customStore, type CustomStoreHandle, type CustomStoreOptions } from './dsl/custom-store.ts'
export {
  kvStore,
  lruStore,
  type KeyValueStoreHandle,
  type KeyValueStoreOptions,
  type LruStoreOptions,
} from './dsl/kv-store.ts'
export { storeOf, type OpenStore, type OpenStores, type StoreHandles } from './dsl/open-stores.ts'
export { sessionStore, type SessionStoreHandle, type SessionStoreOptions } from './dsl/session-store.ts'
export type {
  DeclaredStore,
  KeepingOptions,
  HeadersOption,
  StoreHandle,
  TypedStoreOptions,
} from './dsl/store-handle.ts'
export {
  versionedStore,
  type VersionedStoreHandle,
  type VersionedStoreOptions,
} from './dsl/versioned-store.ts'
export { windowStore, type ProcessorWindowStoreOptions, type WindowStoreHandle } from './dsl/window-store.ts'
export type { GlobalJoinOptions, GlobalKTable, GlobalStoreDefinition } from './dsl/global-table.ts'
export type { IncomingRecord } from './dsl/incoming-record.ts'
export type { ValueTransformer } from './dsl/value-transformer.ts'
export type {
  OutgoingRecord,
  ProcessContext,
  ProcessorDefinition,
  Punctuation,
  PunctuationContext,
  Punctuations,
  Results,
  ValueProcessorDefinition,
} from './dsl/processors.ts'
export { StreamsBuilder } from './dsl/streams-builder.ts'
export type {
  CogroupedStream,
  KGroupedStream,
  LateOption,
  WindowedCogroupedStream,
  SessionWindowedCogroupedStream,
  SessionWindowedStream,
  WindowedStream,
} from './dsl/kgrouped-stream.ts'
export type { Branches, KStream } from './dsl/kstream.ts'
export type { KGroupedTable, KTable } from './dsl/ktable.ts'
export type { LateJoinOption } from './dsl/stream-joins.ts'
export {
  pattern,
  topic,
  type DynamicTopic,
  type SinkTopic,
  type SourceTopic,
  type Topic,
  type TopicOptions,
  type TopicPattern,
} from './dsl/topic.ts'
export type { TableJoinOptions } from './dsl/table-join.ts'
export type { VersionedOptions } from './dsl/version-options.ts'
export type { OffsetReset } from './topology/offset-reset.ts'
export type { CompileOptions } from './plan/compile.ts'
export type { Optimization, OptimizationChoice } from './plan/optimize/optimize.ts'
export type { DeclaredTopic } from './plan/plan.ts'
export type { LateRecord } from './operators/late-records.ts'
export type { AsyncCallContext } from './operators/async-call.ts'
export type { AsyncWork } from './processor/async-work.ts'
export type {
  AsyncTools,
  HeldRecord,
  Cancellable,
  DropReason,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
  RawRecord,
  RecordContext,
  SourceContext,
} from './processor/processor.ts'
export { aroundProcess, type AroundProcess } from './processor/around.ts'
export type { ProcessorMetrics, Sensor, SensorReading } from './processor/sensors.ts'
export { StreamRecord, type RecordOrigin } from './processor/record.ts'
export type { Header, Headers } from './record/record.ts'
export { json, type JsonOptions } from './serdes/json.ts'
export { list, type ListOptions } from './serdes/list.ts'
export {
  boolean,
  bytes,
  double,
  float,
  int16,
  int32,
  int64,
  integer,
  nothing,
  string,
  uuid,
} from './serdes/primitives.ts'
export type { Decoder, Encoder, Serde } from './serdes/serde.ts'
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from './serdes/standard-schema.ts'
export { sessionWindowed, type SessionWindowedSerde } from './serdes/session-windowed.ts'
export { windowed, type WindowedSerde } from './serdes/windowed.ts'
export type { CustomStore, CustomStoreContext, CustomStoreSupplier } from './state/custom-store.ts'
export type {
  ProcessorSessionStore,
  ReadableSessionStore,
  SessionRow,
  SessionSpan,
} from './state/processor-session-store.ts'
export type { ProcessorStore, ReadableStore } from './state/processor-store.ts'
export type { ValueWithHeaders } from './state/value-headers.ts'
export type { ProcessorVersionedStore, ReadableVersionedStore } from './state/processor-versioned-store.ts'
export type { ProcessorWindowStore, ReadableWindowStore, WindowRow } from './state/processor-window-store.ts'
export type {
  KeyRange,
  KeyValueStore,
  SessionEntry,
  SessionRange,
  SessionStore,
  StateStore,
  ValueAndTimestamp,
  ValueVersion,
  VersionedStore,
  WindowEntry,
  WindowRange,
  WindowStore,
} from './state/store.ts'
export type {
  CustomStoreDefinition,
  KeyValueStoreDefinition,
  RepartitionTopic,
  SessionStoreDefinition,
  StoreDefinition,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
  TopologyNode,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from './topology/node.ts'
export type {
  NodeDescription,
  ProcessorDescription,
  SinkDescription,
  SourceDescription,
  StoreDescription,
  SubtopologyDescription,
  TopologyDescription,
} from './topology/description.ts'
export type { Subtopology } from './topology/subtopologies.ts'
export type {
  CopartitionGroup,
  ProcessorOptions,
  ProcessorWrapper,
  SourceOptions as TopologySourceOptions,
  SinkOptions as TopologySinkOptions,
  StoreDeclaration,
  TopicStoreOptions,
  TopologyOptions,
} from './topology/options.ts'
export { Topology } from './topology/topology.ts'
export { topologyFormats, viewOf, type TopologyFormat } from './topology/views/view.ts'
export { customWindows, type CustomWindowOptions, type CustomWindows } from './windows/custom-windows.ts'
export type { FixedWindows } from './windows/fixed-windows.ts'
export { unlimited, type UnlimitedWindows } from './windows/unlimited-windows.ts'
export { sliding, type SlidingWindows } from './windows/sliding-windows.ts'
export type { StoredWindows } from './windows/stored-windows.ts'
export { session, type SessionWindows } from './windows/session-windows.ts'
export type { Within } from './windows/join-windows.ts'
export { hopping, tumbling, type TimeWindows, type WindowOptions } from './windows/time-windows.ts'
export type { Window, Windowed } from './windows/window.ts'
