import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';
import { leafSubject } from '../../certificates';
import { ownProcesses } from '../../environment';
import { fillTemplate } from '../../template';

/**
 * The client of one of our processes. It proves itself by its certificate, there is no secret, and the tokens it gets
 * are bound to that certificate: whoever takes one cannot use it.
 */
function clientOf(name: string) {
  return {
    clientId: name,
    name: `Holdfast ${name}`,
    description: 'Client credentials under its own certificate; tokens are bound to it (RFC 8705)',
    ...{ enabled: true, publicClient: false, serviceAccountsEnabled: true },
    ...{ standardFlowEnabled: false, directAccessGrantsEnabled: false },
    clientAuthenticatorType: 'client-x509',
    attributes: {
      // Names are compared as RFC 4514 writes them, the last part first.
      'x509.subjectdn': leafSubject(name).split(', ').reverse().join(','),
      'x509.allow.regex.pattern.comparison': 'false',
      'tls.client.certificate.bound.access.tokens': 'true',
      'access.token.header.type.rfc9068': 'true',
    },
    protocolMappers: [
      {
        name: 'audience-holdfast-api',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: {
          'included.custom.audience': 'holdfast-api',
          'access.token.claim': 'true',
          'id.token.claim': 'false',
        },
      },
    ],
  };
}

/** The realm as Keycloak imports it: the template with people and their clients, and a client for each of ours. */
export function realmFor(gatewayUrl: string): string {
  const file = path.join(projectRoot, 'deploy', 'keycloak', 'realm.json');
  const filled = fillTemplate(readFileSync(file, 'utf8'), { GATEWAY_URL: gatewayUrl });
  const realm = JSON.parse(filled) as { readonly clients: readonly object[] };
  const clients = [...realm.clients, ...ownProcesses.map(clientOf)];
  return JSON.stringify({ ...realm, clients }, undefined, 2);
}
