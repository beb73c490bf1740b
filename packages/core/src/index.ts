export { bearer } from './auth/bearer.ts';
export { introspection } from './auth/introspection.ts';
export { jwt } from './auth/jwt.ts';
export { resourceMetadataHandler } from './auth/resource-metadata.ts';
export { bypassable } from './call/bypass.ts';
export { getMcpCall } from './call/current-call.ts';
export { requireScopes } from './call/require-scopes.ts';
export { mcpPrompt, mcpResource, mcpTool } from './catalog/own.ts';
export { mcpDefaults } from './catalog/settings.ts';
export { fromOpenApiMeta, fromTrpcToMcpMeta } from './catalog/tag.ts';
export { aiCatalogHandler } from './protocol/card/ai-catalog.ts';
export { mcpContent } from './schema/content.ts';
export { SetupError } from './setup-error.ts';

export type { McpAuthInfo } from './meta.ts';
export type { BearerAuth, BearerOptions } from './auth/bearer.ts';
export type { HeadersRequest } from './auth/credential.ts';
export type { FailureLimit } from './auth/failure-limit.ts';
export type { Attempt, Authenticate, AuthOptions } from './auth/gate.ts';
export type { IntrospectionOptions } from './auth/introspection.ts';
export type { JwtKeys, JwtOptions, JwtSettings } from './auth/jwt.ts';
export type {
  MetadataSource,
  ResourceMetadataHandler,
  ResourceMetadataOptions,
} from './auth/resource-metadata.ts';
export type { VerifiedToken, VerifyOptions, VerifyToken } from './auth/token.ts';
export type { Answer, Question } from './call/ask.ts';
export type { Middleware as BypassableMiddleware } from './call/bypass.ts';
export type { Bypass, McpCall, McpRequest, TraceContext } from './call/context.ts';
export type { ErrorPlace, ToError } from './call/app-error.ts';
export type { CallFailure } from './call/failure.ts';
export type { CalledProcedure, CallOutcome, OnCall, OnCallOptions } from './call/on-call.ts';
export type { Progress } from './call/progress.ts';
export type { ScopeMiddleware } from './call/require-scopes.ts';
export type { Store } from './call/store.ts';
export type { TaskInfo, TaskStatus } from './call/task-info.ts';
export type { AsTools } from './catalog/as-tools.ts';
export type { BypassKind } from './catalog/bypassable.ts';
export type {
  CodeAnswer,
  CodeMode,
  CodeModeTool,
  CodeResult,
  CodeRun,
  CodeTool,
} from './catalog/code-mode.ts';
export type { Expose, ExposeFunction, ExposePattern } from './catalog/expose.ts';
export type { OutputSchema, OutputSchemas } from './catalog/output-schemas.ts';
export type { OwnCall, OwnItems, OwnPrompt, OwnResource, OwnTool } from './catalog/own.ts';
export type { PassThroughMiddleware } from './catalog/settings.ts';
export type { FileOptions } from './catalog/item.ts';
export type { Budget } from './catalog/size.ts';
export type { Skills } from './catalog/skills/skill-files.ts';
export type { Tag, TaggedProcedure } from './catalog/tag.ts';
export type { Era } from './catalog/era.ts';
export type {
  McpAnnotations,
  McpConfirm,
  McpContentAnnotations,
  McpDefaults,
  McpIcon,
  McpMeta,
  McpPrompt,
  McpRateLimit,
  Structured,
  McpResultSettings,
  McpResource,
  McpSettings,
  McpStream,
  McpTask,
} from './meta.ts';
export type { AiCatalogEntry, AiCatalogHost, AiCatalogOptions } from './protocol/card/ai-catalog.ts';
export type {
  CardHeader,
  CardInput,
  CardOptions,
  CardRemote,
  CardRepository,
  CardSource,
  ServerCard,
} from './protocol/card/card.ts';
export type { CorsOptions } from './protocol/cors.ts';
export type { HandlerControls } from './protocol/handler.ts';
export type {
  ContextOptions,
  HandlerArguments,
  HandlerOptions,
  Legacy,
  ServerInfo,
  SessionLimits,
  TaskOptions,
} from './protocol/options.ts';
export type { SealedCaller, TaskJob } from './protocol/tasks/record.ts';
export type { Page, PageReply, PageVisit } from './protocol/page.ts';
export type { NamedClass, TaughtClass, WireCodec } from './schema/codec.ts';
export type { ContentBlock, McpContent } from './schema/content.ts';
export type { SchemaOptions } from './schema/input.ts';
export type { JsonObjectSchema, JsonSchema } from './schema/json-schema.ts';
export type { Converters } from './schema/vendor/conversion.ts';
export type { NodeLikeRequest, NodeLikeResponse, RootHandler } from './root-handler.ts';
export type { SetupProblem, SetupProblemCode } from './setup-error.ts';
