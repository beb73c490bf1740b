import type { LanguageModelV3 } from '@ai-sdk/provider';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { ModelSettings } from './model-settings.ts';
import { scriptedModel } from './scripted/model.ts';

/** Makes the model that the settings name. */
export function createModel(settings: ModelSettings): LanguageModelV3 {
  if (settings.kind === 'scripted') return scriptedModel;
  const { url, model, key } = settings;
  const endpoint = createOpenAICompatible({
    name: 'endpoint',
    baseURL: url,
    ...(key !== undefined && { apiKey: key }),
  });
  return endpoint(model);
}
