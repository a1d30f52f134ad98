import { createHash } from 'node:crypto';

/** A part of a bill of materials, as far as it is looked at here. */
export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

/** A CycloneDX bill as `npm sbom` writes it. */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber?: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

/** What this module reads of a `package-lock.json`. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** `name@version` of every package that is installed where the product runs. */
export function deliveredPackages({ packages }: LockFile): ReadonlySet<string> {
  const delivered = Object.entries(packages).filter(
    ([place, { dev, devOptional }]) => place !== '' && dev !== true && devOptional !== true,
  );
  return new Set(
    delivered.map(([place, { name, version = '' }]) => {
      const folder = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return `${name ?? folder}@${version}`;
    }),
  );
}

const nameOf = ({ name, version }: Component): string => `${name}@${version}`;

/**
 * The bill of what is delivered, made of the bill of everything: `npm sbom --omit dev` also leaves out what a
 * development dependency shares with us. The same lock file gives the same bytes: no time and no chance is in it.
 */
export function deliveredBill(everything: Bill, lockText: string, name: string): Bill {
  const delivered = deliveredPackages(JSON.parse(lockText) as LockFile);
  const components = everything.components.filter((each) => delivered.has(nameOf(each)));
  const { component } = everything.metadata;
  const root = (component as { readonly 'bom-ref'?: string })['bom-ref'] ?? '';
  const kept = new Set([root, ...components.map((each) => each['bom-ref'])]);
  return {
    ...everything,
    serialNumber: `urn:uuid:${uuidOf(lockText)}`,
    // npm calls the root after its folder, and puts the time of day beside it.
    metadata: { component: { ...component, name } },
    components,
    dependencies: everything.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((other) => kept.has(other)),
      })),
  };
}

/** A UUID of version 8 (RFC 9562) made of the text's hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** What is wrong with a bill; nothing for one that names every delivered package once, with version and hash. */
export function problemsOfBill(bill: Bill, lockText: string): readonly string[] {
  const delivered = deliveredPackages(JSON.parse(lockText) as LockFile);
  const named = new Set(bill.components.map(nameOf));
  const text = JSON.stringify(bill);
  const refs = new Set(bill.components.map((each) => each['bom-ref']));
  const problems: readonly (readonly [boolean, string])[] = [
    [bill.bomFormat !== 'CycloneDX', 'it is not in the format CycloneDX'],
    [!/^1\.\d+$/.test(bill.specVersion), `its version is ${bill.specVersion}`],
    [refs.size !== bill.components.length, 'a part is in it twice'],
    [/"timestamp"/.test(text), 'it holds a time of day'],
  ];
  return [
    ...problems.filter(([broken]) => broken).map(([, problem]) => problem),
    ...[...delivered].filter((each) => !named.has(each)).map((each) => `${each} is missing`),
    ...bill.components.filter((each) => !delivered.has(nameOf(each))).map(strangeText),
    ...bill.components.filter(isUnproven).map((each) => `${nameOf(each)} has no SHA-512`),
  ];
}

const strangeText = (each: Component): string => `${nameOf(each)} is not delivered`;

function isUnproven({ purl, hashes = [] }: Component): boolean {
  const sha512 = hashes.find(({ alg }) => alg === 'SHA-512')?.content ?? '';
  return !purl.startsWith('pkg:npm/') || !/^[0-9a-f]{128}$/.test(sha512);
}
