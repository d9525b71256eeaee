import { allowOrganization } from 'passport-client-certificate-auth/helpers'

const isOurs = allowOrganization('Example')

export function findUser(users, cert) {
  return isOurs(cert) ? users.get(cert.fingerprint256) : undefined
}
