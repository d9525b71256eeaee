import { expect } from 'chai'
import { encodeCertificate } from '../../../../src/cli/doctor/encode.js'
import type { Settings } from '../../../../src/cli/doctor/settings.js'
import {
  CERT,
  createFixtures,
  findingsOf,
  verdictsOf,
  VERIFY,
  type Simulated,
} from '../../../support/deployment.js'
import { removeFiles } from '../../../support/doctor.js'

describe('doctor', () => {
  let plain: Settings
  let full: Settings
  let urlPem: string
  let base64: string
  before(async () => {
    ;({ plain, full, urlPem, base64 } = await createFixtures())
  })
  after(removeFiles)

  describe('finds a deployment', () => {
    const cases: readonly (readonly [
      title: string,
      deployment: Simulated,
      findings: unknown[],
      less?: string,
    ])[] = [
      ['that is open', () => 200, [['no-certificate', []]]],
      [
        'that accepts any certificate',
        ({ client }) => (client === 'none' ? 401 : 200),
        [
          ['self-signed', []],
          ['false-ca', []],
        ],
      ],
      [
        'that compares the name of the CA',
        ({ client }) => (client === 'good' || client === 'namesake' ? 200 : 401),
        [['false-ca', []]],
      ],
      [
        'that reads the header of any client',
        (request) => (request.client === 'good' || request.header(CERT) === urlPem ? 200 : 401),
        ['forged', 'direct-forged', 'self-signed-forged', 'other-forged'].map((name) => [
          name,
          [`${CERT} url-pem`],
        ]),
      ],
      [
        'that reads the header of any client first',
        (request) => {
          const value = request.isDirect ? undefined : request.header(CERT)
          if (value !== undefined) return value === urlPem ? 200 : 401
          return request.client === 'good' ? 200 : 401
        },
        ['forged', 'good-forged', 'self-signed-forged', 'other-forged'].map((name) => [
          name,
          [`${CERT} url-pem`],
        ]),
      ],
      [
        'that reads another header of a client without a certificate',
        (request) =>
          request.client === 'good' ||
          (!request.isDirect &&
            request.client === 'none' &&
            request.header('client-cert') === `:${base64}:`)
            ? 200
            : 403,
        [['forged', ['client-cert rfc9440']]],
      ],
      [
        'that reads names with _',
        (request) =>
          request.client === 'good' || request.header('x_ssl_client_cert') === base64 ? 200 : 401,
        [['underscores', [`${CERT} base64-der`]]],
      ],
      [
        'that reads names with _ if the proxy has dropped its own header',
        (request) =>
          request.client === 'good' ||
          (request.header('x_ssl_client_cert') === base64 &&
            request.header('Connection')?.includes(`, ${CERT}`))
            ? 200
            : 401,
        [['replaced', [`${CERT} base64-der`]]],
      ],
      [
        'that replaces only lower-case names',
        (request) =>
          request.client === 'good' || request.header(CERT.toUpperCase()) === base64 ? 200 : 401,
        [['twice', [`${CERT} base64-der`]]],
      ],
      [
        'that drops its verify header',
        (request) =>
          request.client === 'good' ||
          (request.header('Connection')?.includes(VERIFY) &&
            request.header(CERT) === base64 &&
            request.header(VERIFY) === undefined)
            ? 200
            : 401,
        [['dropped', [`${CERT} base64-der`]]],
      ],
      [
        'that believes a verify header beside an empty certificate',
        (request) =>
          request.client === 'good' ||
          (request.header(CERT) === '' && request.header(VERIFY) === 'SUCCESS')
            ? 200
            : 401,
        [['empty', [`${CERT} apache-pem`]]],
        'without direct port',
      ],
      [
        'that believes a verify header alone',
        (request) =>
          request.client === 'good' ||
          (request.client === 'none' &&
            request.lines.length > 0 &&
            request.lines.every(([name]) => !name.endsWith('cert')) &&
            request.header(VERIFY) === '0')
            ? 200
            : 401,
        [['verify-headers', [`${CERT} base64-der`]]],
        'without direct port',
      ],
      [
        'that believes the verify header of a client with any certificate',
        ({ client, header }) =>
          client === 'good' ||
          (client === 'selfSigned' && header(VERIFY) === 'SUCCESS' && header(CERT) === undefined)
            ? 200
            : 401,
        [['self-signed-verify-headers', [`${CERT} apache-pem`]]],
      ],
      [
        'that drops the verify header of a client with any certificate',
        ({ client, lines }) =>
          client === 'good' ||
          (client === 'selfSigned' && lines.length === 1 && lines[0]?.[1].includes(VERIFY))
            ? 200
            : 401,
        [['self-signed-dropped', []]],
      ],
      [
        'that reads the header of a client with any certificate',
        ({ client, header }) =>
          client === 'good' || (client === 'selfSigned' && header(CERT) === base64) ? 200 : 401,
        [['self-signed-forged', [`${CERT} base64-der`]]],
      ],
      [
        'that reads the header of a client with a certificate of the real CA',
        ({ client, header }) =>
          client === 'good' || (client === 'other' && header(CERT) === base64) ? 200 : 401,
        [['other-forged', [`${CERT} base64-der`]]],
      ],
      [
        'whose port can be reached',
        ({ client, isDirect }) => (client === 'good' || isDirect ? 200 : 401),
        [['direct', []]],
      ],
      [
        'whose port can be reached with forged headers',
        ({ client, isDirect, header }) =>
          client === 'good' || (isDirect && header(CERT) === base64 && header(VERIFY) === '0')
            ? 200
            : 401,
        [['direct-forged', [`${CERT} base64-der`]]],
      ],
    ]
    for (const [title, deployment, findings, less] of cases) {
      it(title, async () => {
        const settings = less === undefined ? full : plain
        expect(await findingsOf(deployment, settings)).to.deep.equal(findings)
      })
    }

    for (const [client, name] of [
      ['none', 'forged-false-ca'],
      ['selfSigned', 'self-signed-forged-false-ca'],
    ] as const) {
      it(`that compares only names in the header: ${name}`, async () => {
        const { leaf, issuer } = plain.identities.namesake
        const deployment: Simulated = (request) =>
          request.client === 'good' ||
          (request.client === client &&
            request.header('client-cert') === encodeCertificate(leaf, 'rfc9440') &&
            request.header('client-cert-chain') === encodeCertificate(issuer as Buffer, 'rfc9440'))
            ? 200
            : 401
        expect(await findingsOf(deployment, plain)).to.deep.equal([[name, ['client-cert rfc9440']]])
      })
    }

    it('that rejects the good certificate, but not a forged header', async () => {
      const deployment: Simulated = ({ header }) => (header(CERT) === urlPem ? 200 : 401)
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['forged', [`${CERT} url-pem`]],
        ['good-forged', [`${CERT} url-pem`]],
        ['self-signed-forged', [`${CERT} url-pem`]],
      ])
    })

    it('that reads names with _ of a client with a certificate', async () => {
      const deployment: Simulated = ({ client, header }) => {
        const value = header('x_ssl_client_cert') ?? base64
        return client === 'good' && (!value.startsWith('AII') || header('Connection') !== undefined)
          ? 200
          : 401
      }
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['good-underscores', [`${CERT} base64-der`]],
      ])
    })

    it('that reads names with _ of a client with a certificate, if - is dropped', async () => {
      const deployment: Simulated = ({ client, header }) => {
        const value = header('x_ssl_client_cert') ?? base64
        return client === 'good' &&
          (value === base64 || !value.startsWith('A') || header('Connection') === undefined)
          ? 200
          : 401
      }
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['good-replaced', [`${CERT} base64-der`]],
      ])
    })
  })

  describe('says that there is no answer', () => {
    for (const answer of [
      { kind: 'timeout' },
      { kind: 'unreachable', code: 'ECONNREFUSED' },
      { kind: 'untrusted', code: 'CERT_HAS_EXPIRED' },
    ] as const) {
      it(`after ${answer.kind}, instead of calling the client rejected`, async () => {
        const deployment: Simulated = ({ client }) =>
          client === 'none' ? answer : client === 'good' ? 200 : 401
        expect(await verdictsOf(deployment, plain)).to.include({
          'no-certificate': 'no answer',
          'self-signed': 'rejected',
        })
      })
    }

    it('for one of several requests', async () => {
      let count = 0
      const deployment: Simulated = ({ client, lines }) => {
        if (client === 'good') return 200
        if (client !== 'none' || lines.length === 0) return 401
        count += 1
        return count === 2 ? { kind: 'timeout' } : 401
      }
      expect(await verdictsOf(deployment, plain)).to.include({
        forged: 'no answer',
        underscores: 'rejected',
      })
    })

    it('but not if the direct port is closed', async () => {
      const with_ =
        (code: string): Simulated =>
        ({ client, isDirect }) =>
          isDirect ? { kind: 'unreachable', code } : client === 'good' ? 200 : 401
      expect(await verdictsOf(with_('ECONNREFUSED'), full)).to.include({ direct: 'rejected' })
      expect(await verdictsOf(with_('ENOTFOUND'), full)).to.include({ direct: 'no answer' })
    })
  })
})
