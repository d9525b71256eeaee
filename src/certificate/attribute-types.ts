/** An arc, the last number of its first identifier here, and the names of consecutive identifiers. */
type Run = readonly [arc: string, first: number, names: string]

/**
 * Node shows attribute types by these short names. They come from X.520, PKCS #9 (RFC 2985), RFC 4519,
 * RFC 4524 and RFC 3739, and from extended-validation and Russian certificates.
 */
const RUNS: readonly Run[] = [
  [
    '2.5.4',
    3,
    'CN SN serialNumber C L ST street O OU title description searchGuide businessCategory ' +
      'postalAddress postalCode postOfficeBox physicalDeliveryOfficeName telephoneNumber ' +
      'telexNumber teletexTerminalIdentifier facsimileTelephoneNumber x121Address ' +
      'internationaliSDNNumber registeredAddress destinationIndicator ' +
      'preferredDeliveryMethod presentationAddress supportedApplicationContext member owner ' +
      'roleOccupant seeAlso userPassword userCertificate cACertificate ' +
      'authorityRevocationList certificateRevocationList crossCertificatePair name GN ' +
      'initials generationQualifier x500UniqueIdentifier dnQualifier enhancedSearchGuide ' +
      'protocolInformation distinguishedName uniqueMember houseIdentifier ' +
      'supportedAlgorithms deltaRevocationList dmdName',
  ],
  ['2.5.4', 65, 'pseudonym'],
  ['2.5.4', 72, 'role'],
  ['2.5.4', 97, 'organizationIdentifier c3 n3 dnsName'],
  [
    '1.2.840.113549.1.9',
    1,
    'emailAddress unstructuredName contentType messageDigest signingTime countersignature ' +
      'challengePassword unstructuredAddress extendedCertificateAttributes',
  ],
  ['1.2.840.113549.1.9', 14, 'extReq SMIME-CAPS SMIME'],
  ['1.2.840.113549.1.9', 20, 'friendlyName localKeyID'],
  [
    '0.9.2342.19200300.100.1',
    1,
    'UID textEncodedORAddress mail info favouriteDrink roomNumber photo userClass host ' +
      'manager documentIdentifier documentTitle documentVersion documentAuthor ' +
      'documentLocation',
  ],
  [
    '0.9.2342.19200300.100.1',
    20,
    'homeTelephoneNumber secretary otherMailbox lastModifiedTime lastModifiedBy DC ' +
      'aRecord pilotAttributeType27 mXRecord nSRecord sOARecord cNAMERecord',
  ],
  [
    '0.9.2342.19200300.100.1',
    37,
    'associatedDomain associatedName homePostalAddress personalTitle ' +
      'mobileTelephoneNumber pagerTelephoneNumber friendlyCountryName uid ' +
      'organizationalStatus janetMailbox mailPreferenceOption buildingName dSAQuality ' +
      'singleLevelQuality subtreeMinimumQuality subtreeMaximumQuality personalSignature ' +
      'dITRedirect audio documentPublisher',
  ],
  ['1.3.6.1.4.1.311.60.2.1', 1, 'jurisdictionL jurisdictionST jurisdictionC'],
  [
    '1.3.6.1.5.5.7.9',
    1,
    'id-pda-dateOfBirth id-pda-placeOfBirth id-pda-gender id-pda-countryOfCitizenship ' +
      'id-pda-countryOfResidence',
  ],
  ['1.2.643.100', 1, 'OGRN'],
  ['1.2.643.100', 3, 'SNILS'],
  ['1.2.643.100', 5, 'OGRNIP'],
  ['1.2.643.100', 111, 'subjectSignTool issuerSignTool classSignTool'],
  ['1.2.643.3.131.1', 1, 'INN'],
]

/** Short names by dotted object identifier. */
export const ATTRIBUTE_TYPES: ReadonlyMap<string, string> = new Map(
  RUNS.flatMap(([arc, first, names]) =>
    names.split(' ').map((name, index) => [`${arc}.${first + index}`, name] as const),
  ),
)
