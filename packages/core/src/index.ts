export { type Expose, type ExposeFunction, type ExposePattern } from './catalog/expose.ts';
export { mcpDefaults, type PassThroughMiddleware } from './catalog/settings.ts';
export { type Answer, type Question } from './call/ask.ts';
export { getMcpCall, type McpCall, type TraceContext } from './call/context.ts';
export { type Progress } from './call/progress.ts';
export {
  mcpPrompt,
  mcpResource,
  mcpTool,
  type OwnCall,
  type OwnPrompt,
  type OwnResource,
  type OwnTool,
} from './catalog/own.ts';
export { type CallFailure } from './call/failure.ts';
export {
  type McpAnnotations,
  type McpContentAnnotations,
  type McpDefaults,
  type McpIcon,
  type McpMeta,
  type McpPrompt,
  type McpRateLimit,
  type McpResource,
  type McpSettings,
  type McpStream,
} from './meta.ts';
export { type CorsOptions } from './protocol/cors.ts';
export { type HandlerOptions, type ServerInfo } from './protocol/options.ts';
export { type Store } from './call/store.ts';
export { SetupError, type SetupProblem } from './setup-error.ts';
export { type Attempt, type Authenticate, type AuthOptions } from './auth/gate.ts';
export { bearer, type BearerAuth, type BearerOptions } from './auth/bearer.ts';
export { type FailureLimit } from './auth/failure-limit.ts';
export { introspection, type IntrospectionOptions } from './auth/introspection.ts';
export { jwt, type JwtOptions } from './auth/jwt.ts';
export { resourceMetadataHandler, type ResourceMetadataHandler } from './auth/resource-metadata.ts';
export { type VerifiedToken, type VerifyToken } from './auth/token.ts';
export { bypassable } from './call/bypass.ts';
export { type McpRequest } from './call/context.ts';
export { type WireCodec } from './schema/codec.ts';
export { mcpContent, type McpContent } from './schema/content.ts';
