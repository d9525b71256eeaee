import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createAuthority, type Issued } from '../../examples/support/pki.js'
import { addFixture, compile, createConsumer, node, pinned } from './support/project.js'

const PASSPORTS = ['0.5.3', '0.6.0', '0.7.0']
const TYPED_BARE = ['typescript', '@types/node'] as const
const TYPED_EXPRESS = ['@types/express', '@types/passport', 'express', 'passport'] as const

describe('the packed package', () => {
  describe('over a real TLS connection', () => {
    let pki: string

    before(async () => {
      const root = await createAuthority()
      const identity = ({ cert, key }: Issued) => ({ cert, key })
      pki = JSON.stringify({
        ca: root.cert,
        client: identity(await root.issue({ subject: 'CN=alice' })),
        server: identity(
          await root.issue({ subjectAltName: [{ type: 'ip', value: '127.0.0.1' }] }),
        ),
      })
    })

    for (const version of PASSPORTS) {
      it(`authenticates clients with Passport ${version}`, async () => {
        const consumer = await createConsumer(`passport-${version}`, `passport@${version}`)
        writeFileSync(join(consumer, 'pki.json'), pki)
        const { stdout } = await node(consumer, [addFixture(consumer, 'authenticate.cjs')])

        expect(JSON.parse(stdout)).to.deep.equal(['200 alice alice', '401 Unauthorized'])
      })
    }
  })

  describe('in TypeScript, with the types of Node and no others', () => {
    let consumer: string

    before(async () => {
      consumer = await createConsumer('typed', ...pinned(TYPED_BARE))
      addFixture(consumer, 'typed.mts')
      addFixture(consumer, 'typed.mts', 'typed.cts')
    })

    for (const [title, files, options] of [
      ['node16, ES modules', ['typed.mts'], { module: 'node16' }],
      ['node16, CommonJS', ['typed.cts'], { module: 'node16' }],
      ['node16, both in one program', ['typed.mts', 'typed.cts'], { module: 'node16' }],
      ['nodenext, ES modules', ['typed.mts'], { module: 'nodenext' }],
      ['nodenext, CommonJS', ['typed.cts'], { module: 'nodenext' }],
      ['nodenext, both in one program', ['typed.mts', 'typed.cts'], { module: 'nodenext' }],
      ['a bundler', ['typed.mts'], { module: 'esnext', moduleResolution: 'bundler' }],
    ] as const) {
      it(`compiles for ${title}, and runs`, async () => {
        await compile(consumer, [...files], options)

        for (const file of files) await node(consumer, [file.replace('ts', 'js')])
      })
    }
  })

  it('adds the certificate to the request type of Express', async () => {
    const consumer = await createConsumer('express', ...pinned([...TYPED_BARE, ...TYPED_EXPRESS]))
    const certificate = (await createAuthority({ subject: 'CN=alice' })).raw.toString('base64')

    await compile(consumer, [addFixture(consumer, 'express.mts')], { module: 'nodenext' })
    const { stdout } = await node(consumer, ['express.mjs'], { CERTIFICATE: certificate })

    expect(stdout.trimEnd().split('\n')).to.deep.equal([
      '200 {"user":{"name":"alice"},"isValid":true}',
      '401 Unauthorized',
    ])
  })
})
