// The clients that several examples have in common. Nothing here is needed in an application.
import { get, show } from './loopback.js'
import { createAuthority } from './pki.js'

/**
 * Asks a server for `/`, which is for every user, and for `/admin`, which is for administrators. Of its users, alice is an
 * administrator and bob isn't; for carol, its database fails.
 *
 * @param {string} url
 * @param {import('./pki.js').Authority} ca the CA whose clients the server accepts
 * @param {(url: string, tls: { ca: string, cert?: string, key?: string }) => ReturnType<typeof get>} [ask]
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
  await show('bob, who is none', 403, ask(`${url}admin`, await client('bob')))
  await show('mallory, who is not a user', 401, ask(url, await client('mallory')))
  await show('an impostor as alice', 401, ask(url, await client('alice', otherCa)))
  await show('a client without a certificate', 401, ask(url, { ca: ca.cert }))
  await show('carol, with the database down', 500, ask(url, await client('carol')))
}
