import type { JsonObject } from '../../shared/json';

/**
 * What `@segment/analytics-next` and the mobile SDKs ask for at their start.
 * @param apiHost where they are to send to, with `/v1`, without the protocol
 */
export function browserSettings(writeKey: string, apiHost: string, protocol: string): JsonObject {
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost,
        protocol,
        retryQueue: true,
        addBundledMetadata: true,
        unbundledIntegrations: [],
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    // Left out, the SDK would tell Segment of every few thousandth call.
    metrics: { sampleRate: 0 },
    middlewareSettings: { routingRules: [] },
    enabledMiddleware: {},
    remotePlugins: [],
    legacyVideoPluginsEnabled: false,
  };
}
