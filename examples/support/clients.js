// The clients that several examples share. An application doesn't need this module.
import { get, show } from './loopback.js'
import { createAuthority } from './pki.js'

/**
 * Sends requests for `/`, which is for every user, and for `/admin`, which is for administrators.
 * Alice is an administrator and bob is another user. For carol, the database fails.
 *
 * @param {string} url
 * @param {import('./pki.js').Authority} ca the CA whose clients the server accepts
 * @param {(url: string, tls: { ca: string, cert?: string, key?: string }) => ReturnType<typeof
 * get>} [ask]
 */
export async function showClients(url, ca, ask = get) {
  const otherCa = await createAuthority({ subject: 'CN=Example CA' })
  /** @param {string} name */
  const client = async (name, issuer = ca) => ({
    ca: ca.cert,
    ...(await issuer.issue({ subject: `CN=${name}` })),
  })

  await show('alice', 200, ask(url, await client('alice')))
  await show('alice, an administrator', 200, ask(`${url}admin`, await client('alice')))
  await show('bob, not an administrator', 403, ask(`${url}admin`, await client('bob')))
  await show('mallory, not a user', 401, ask(url, await client('mallory')))
  await show('an impostor named alice', 401, ask(url, await client('alice', otherCa)))
  await show('no certificate', 401, ask(url, { ca: ca.cert }))
  await show('carol, with the database down', 500, ask(url, await client('carol')))
}
