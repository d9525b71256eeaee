// NestJS, with @nestjs/passport. The strategy is a provider with a `validate` method, and a guard
// runs it before every route. This isn't TypeScript, so the program calls decorators as functions.
/* eslint-disable @typescript-eslint/no-extraneous-class, @typescript-eslint/no-unsafe-class-instance-assignment --
   Nest's modules are empty classes, and its options have the type of a class. */
import 'reflect-metadata'
import { Bind, Controller, Dependencies, Get, Module, Req, UseGuards } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { AuthGuard, PassportStrategy } from '@nestjs/passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { showClients } from './support/clients.js'
import { issueServer, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/** Represents a database, which sometimes fails. */
class Users {
  /** @param {unknown} name */
  find(name) {
    if (name === 'carol') throw new Error('the database is down')
    const users = { alice: { isAdmin: true }, bob: { isAdmin: false } }
    return Object.entries(users).find(([known]) => known === name)?.[1]
  }
}

class CertificateStrategy extends PassportStrategy(Strategy, 'client-cert') {
  /** @param {Users} users */
  constructor(users) {
    super() // options of the strategy go here
    this.users = users
  }

  /** @param {import('node:tls').PeerCertificate} cert */
  validate(cert) {
    const user = this.users.find(cert.subject.CN)
    return user ? { name: cert.subject.CN, ...user } : null // null: 401
  }
}
Dependencies(Users)(CertificateStrategy)

/** @typedef {import('express').Request & { user: { isAdmin: boolean } }} UserRequest */

class AdminGuard {
  /** @param {import('@nestjs/common').ExecutionContext} context */
  canActivate(context) {
    /** @type {UserRequest} */
    const { user } = context.switchToHttp().getRequest()
    return user.isAdmin // false: 403
  }
}

class UserController {
  /** @param {UserRequest} req */
  read(req) {
    return { user: req.user, validUntil: req.clientCertificate?.valid_to }
  }

  readAsAdmin() {
    return 'The administration'
  }
}
Controller()(UserController)
decorate('read', Get(), Bind(Req()))
decorate('readAsAdmin', Get('admin'), UseGuards(AdminGuard))

class AppModule {}
Module({
  controllers: [UserController],
  providers: [
    Users,
    CertificateStrategy,
    // This guard protects every route, also routes that are added later.
    { provide: APP_GUARD, useClass: AuthGuard('client-cert') },
  ],
})(AppModule)

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const httpsOptions = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const app = await NestFactory.create(AppModule, { httpsOptions, logger: false })
await app.listen(0, '127.0.0.1')

/**
 * Does what decorators above a method of the controller would do.
 *
 * @param {keyof UserController} method
 * @param {MethodDecorator[]} decorators
 */
function decorate(method, ...decorators) {
  const { prototype } = UserController
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method)
  for (const apply of decorators) apply(prototype, method, descriptor ?? {})
}

await showClients(await urlOf(app.getHttpServer()), ca)
