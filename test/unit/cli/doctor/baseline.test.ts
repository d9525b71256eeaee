import { expect } from 'chai'
import type { Answer } from '../../../../src/cli/doctor/request.js'
import type { Settings } from '../../../../src/cli/doctor/settings.js'
import {
  createFixtures,
  findingsOf,
  simulate,
  statusOf,
  type Simulated,
} from '../../../support/deployment.js'
import { removeFiles } from '../../../support/doctor.js'

describe('doctor', () => {
  let plain: Settings
  before(async () => {
    ;({ plain } = await createFixtures())
  })
  after(removeFiles)

  describe('calls it getting in', () => {
    const baselines: readonly (readonly [baseline: Answer, other: Answer, isIn: boolean])[] = [
      [statusOf(200), statusOf(200), true],
      [statusOf(200), statusOf(299), true],
      [statusOf(204), statusOf(200), true],
      [statusOf(200), statusOf(199), false],
      [statusOf(200), statusOf(302, '/login'), false],
      [statusOf(299), statusOf(300), false],
      [statusOf(200), statusOf(500), false],
      [statusOf(302, '/home'), statusOf(302, '/home'), true],
      [statusOf(302, '/home?a=1'), statusOf(302, '/home#b'), true],
      [statusOf(302, '/home'), statusOf(302, '/login'), false],
      [statusOf(302, '/home'), statusOf(303, '/home'), false],
      [statusOf(300), statusOf(300), true],
      [statusOf(399, '/home'), statusOf(200), false],
      [statusOf(302, '/home'), { kind: 'timeout' }, false],
      [statusOf(200), { kind: 'closed', code: undefined }, false],
    ]
    for (const [baseline, other, isIn] of baselines) {
      const [a, b] = [baseline, other].map((answer) => Object.values(answer).join(' '))
      it(`${isIn ? 'if' : 'not if'} the good certificate gets ${String(a)} and none gets ${String(b)}`, async () => {
        const { diagnosis } = await simulate(
          ({ client }) => (client === 'good' ? baseline : other),
          plain,
        )
        expect(diagnosis.results[0]?.verdict === 'gets in').to.equal(isIn)
      })
    }
  })

  describe('proves nothing, and says so', () => {
    const target = 'api.example.com, port 443'
    const cases: readonly (readonly [
      title: string,
      deployment: Simulated,
      message: string,
      count?: number,
    ])[] = [
      [
        'if the good certificate gets 404',
        () => 404,
        "the good certificate gets 404, which isn't a success, so nothing can be compared; name a path where it gets in",
        1,
      ],
      [
        'if the good certificate gets 199',
        () => 199,
        "the good certificate gets 199, which isn't a success, so nothing can be compared; name a path where it gets in",
        1,
      ],
      [
        'if the good certificate gets 400',
        () => 400,
        "the good certificate gets 400, which isn't a success, so nothing can be compared; name a path where it gets in",
        1,
      ],
      [
        'if no client gets in at all',
        () => 403,
        "the good certificate gets 403, which isn't a success, so nothing can be compared; name a path where it gets in. No client with forged headers gets in either",
      ],
      [
        'without an answer',
        () => ({ kind: 'timeout' }),
        `${target}, doesn't answer the good certificate within 10 s`,
        1,
      ],
      [
        'without a connection',
        () => ({ kind: 'unreachable', code: 'ENOTFOUND' }),
        'there is no connection to api.example.com, port 443 (ENOTFOUND); check the URL',
        1,
      ],
      [
        'if the server is not trusted',
        () => ({ kind: 'untrusted', code: 'X' }),
        "the certificate of api.example.com isn't trusted (X); pass the CA that issued it with --ca, or accept any server with --insecure",
        1,
      ],
      [
        'if the handshake fails',
        () => ({ kind: 'closed', code: 'X' }),
        `${target}, closed the connection instead of answering the good certificate (X); check that the server accepts it, and HTTP/1.1`,
        1,
      ],
      [
        'if the connection ends',
        () => ({ kind: 'closed', code: undefined }),
        `${target}, closed the connection instead of answering the good certificate; check that the server accepts it, and HTTP/1.1`,
        1,
      ],
    ]
    for (const [title, deployment, message, count] of cases) {
      it(title, async () => {
        let sent = 0
        const counting: Simulated = (request) => {
          sent += 1
          return deployment(request)
        }
        const error: unknown = await simulate(counting, plain).catch((thrown: unknown) => thrown)
        expect(error).to.have.property('message', message)
        expect(error).to.have.property('name', 'UsageError')
        if (count !== undefined) expect(sent).to.equal(count)
      })
    }

    it('if the good certificate is rejected at the end', async () => {
      for (const [answer, found] of [
        [429, '429'],
        [{ kind: 'timeout' }, 'no answer'],
      ] as const) {
        const deployment: Simulated = ({ client, before }) =>
          before >= 20 ? answer : client === 'good' ? 200 : 401
        const error: unknown = await simulate(deployment, plain).catch((thrown: unknown) => thrown)
        expect(error)
          .to.have.property('message')
          .that.matches(
            new RegExp(
              `^after \\d+ requests, the good certificate gets ${found} instead of 200, so the other answers prove nothing; switch a rate limit off for this address, and run again$`,
            ),
          )
      }
    })

    it('but reports what it found before the good certificate was rejected', async () => {
      const deployment: Simulated = ({ client, before }) =>
        before > 5 ? 429 : client === 'none' ? 401 : 200
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['self-signed', []],
        ['false-ca', []],
      ])
    })
  })
})
