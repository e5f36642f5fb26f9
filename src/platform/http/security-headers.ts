import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * What tells browsers how answers may be used. Nothing of ours is a page, so nothing may be loaded;
 * GraphiQL's page says otherwise for itself. The headers are the same for every request, so they are
 * made once.
 */
export function securityHeaders(): OutgoingHttpHeaders {
  const middleware = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Whether other hosts of this domain speak TLS is not for this service to say.
    strictTransportSecurity: { includeSubDomains: false },
  });
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return response.getHeaders();
}
