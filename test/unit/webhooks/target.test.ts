import { addressRule, networksOf } from '../../../platform/webhooks/addresses';
import { TargetRefused, addressesOf, demandUrl, portsOf } from '../../../platform/webhooks/target';

const mayReach = addressRule([]);
const ports = portsOf('443,8000-8100');
const nowhere = async () => Promise.reject(new Error('nobody asks the DNS for this'));

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'taken';
  } catch (error) {
    if (error instanceof TargetRefused) return error.code;
    throw error;
  }
}

describe('an address', () => {
  test.each([
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254'],
    ...['169.254.169.254', '169.254.0.1', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1'],
    ...['192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
    ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '::ffff:8.8.8.8', '::7f00:1'],
    ...['64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '100::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1'],
    ...['fe80::1%eth0', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1', '2002:7f00:1::'],
    ...['2002:a9fe:a9fe::1', '3fff::1', '4000::1', '2606:4700::1%eth0', 'example.test', ''],
  ])('%s is no place on the Internet', (address) => {
    expect(mayReach(address)).toBe(false);
  });

  test.each([
    ...['8.8.8.8', '1.1.1.1', '100.63.255.255', '100.128.0.1', '126.255.255.255', '128.0.0.1'],
    ...['169.253.0.1', '172.15.255.255', '172.32.0.1', '192.167.0.1', '223.255.255.255'],
    ...['2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'],
  ])('%s is one', (address) => {
    expect(mayReach(address)).toBe(true);
  });

  test('of a network that an operator allows may be reached, and its neighbours may not', () => {
    const allowed = addressRule(networksOf('10.1.0.0/16,127.0.0.2,fd00:1::/32'));
    expect(['10.1.255.1', '127.0.0.2', 'fd00:1::5', '8.8.8.8'].map(allowed)).toEqual(
      Array(4).fill(true),
    );
    expect(['10.2.0.1', '127.0.0.1', '127.0.0.3', 'fd00:2::5', '::1'].map(allowed)).toEqual(
      Array(5).fill(false),
    );
  });

  test.each(['10.1.0.0/33', '10.1.0/8', 'example.com', 'fe80::1%eth0', '10.0.0.0/8/8', '::/x'])(
    'the network %s is a mistake at start',
    (text) => expect(() => networksOf(text)).toThrow('is no network'),
  );

  test.each(['0', '65536', '80-', '90-80', 'https', ''])('the port %s is one too', (text) => {
    expect(() => portsOf(text)).toThrow('is no port');
  });
});

describe('a URL', () => {
  test.each([
    ['http://hooks.example.com/', 'plain HTTP'],
    ['ftp://hooks.example.com/', 'another scheme'],
    ['file:///etc/passwd', 'a file'],
    ['https://me:word@hooks.example.com/', 'credentials'],
    ['https://me@hooks.example.com/', 'a user'],
    ['https://hooks.example.com/#part', 'a fragment'],
    ['https://hooks.example.com:22/', 'a port that is not listed'],
    ['https://hooks.example.com:8101/', 'a port above those listed'],
    ['//hooks.example.com', 'no scheme'],
    ['https://', 'no host'],
    [`https://hooks.example.com/${'a'.repeat(2_048)}`, 'no end'],
  ])('%s is refused: %#', async (text) => {
    expect(await refusal(() => demandUrl(text, { ports }))).toBe('URL_REFUSED');
  });

  test.each(['https://hooks.example.com/a?b=c', 'https://hooks.example.com:8100/'])(
    '%s is taken',
    async (text) => expect(await refusal(() => demandUrl(text, { ports }))).toBe('taken'),
  );

  test.each([
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/'],
    ...['https://127.1/', 'https://[::1]/', 'https://[::ffff:169.254.169.254]/'],
    ...['https://169.254.169.254/latest/meta-data', 'https://[64:ff9b::a9fe:a9fe]/'],
    ...['https://localhost/', 'https://LOCALHOST/', 'https://localhost./', 'https://a.localhost/'],
    ...['https://１２７.0.0.1/', 'https://0/'],
  ])('%s leads to an address that is refused, and no name server is asked', async (text) => {
    const url = demandUrl(text, { ports });
    expect(await refusal(() => addressesOf(url, { mayReach, resolve: nowhere }))).toBe(
      'ADDRESS_REFUSED',
    );
  });
});

describe('a name', () => {
  const url = demandUrl('https://hooks.example.com/', { ports });
  const asked = (...found: string[]) =>
    refusal(() => addressesOf(url, { mayReach, resolve: async () => found }));

  test('is taken with all its addresses, and refused with one that is refused', async () => {
    const resolve = async () => ['8.8.8.8', '2606:4700::1'];
    expect(await addressesOf(url, { mayReach, resolve })).toEqual(['8.8.8.8', '2606:4700::1']);
    expect(await asked('8.8.8.8', '169.254.169.254')).toBe('ADDRESS_REFUSED');
    expect(await asked('10.0.0.1')).toBe('ADDRESS_REFUSED');
  });

  test('without an address, or without an answer, leads nowhere', async () => {
    expect(await asked()).toBe('NAME_UNKNOWN');
    expect(await refusal(() => addressesOf(url, { mayReach, resolve: nowhere }))).toBe(
      'NAME_UNKNOWN',
    );
  });

  test('that means something else a moment later is looked at again', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const resolve = async () => answers.shift() ?? [];
    const look = () => refusal(() => addressesOf(url, { mayReach, resolve }));
    expect([await look(), await look()]).toEqual(['taken', 'ADDRESS_REFUSED']);
  });
});
