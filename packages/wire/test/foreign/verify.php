<?php
// Signs and verifies webhooks with PHP's own functions, from the definition of a dialect. One JSON line in, one out.
//
// in:  {"do": "sign" | "verify", "dialect": {...}, "secret": ..., "times": {"unix": ..., "unixMs": ..., "iso": ..., "isoMs": ...},
//       "request": {"method": ..., "url": ..., "headers": {...}, "body": base64}}
// out: {"headers": {...}} for sign: those of the signatures; {"ok": true | false} for verify

function headerOf(array $request, string $name): ?string
{
    return array_change_key_case($request['headers'])[strtolower($name)] ?? null;
}

/** The text of a field that has a place in the headers or in the query, without its prefix. */
function placed(array $dialect, array $request, string $field): ?string
{
    $query = [];
    foreach (explode('&', (string) parse_url($request['url'], PHP_URL_QUERY)) as $pair) {
        [$name, $value] = explode('=', $pair . '=', 3);
        $query[urldecode($name)] = urldecode($value);
    }
    foreach (['headers' => fn ($name) => headerOf($request, $name), 'query' => fn ($name) => $query[$name]] as $places => $read) {
        foreach ($dialect['request'][$places] ?? [] as $name => $slot) {
            if (is_array($slot) && $slot['$'] === $field) {
                return substr($read($name), strlen($slot['prefix'] ?? ''));
            }
        }
    }
    return null;
}

/** What the signature is made over. `$time` is the text of sentAt, where the header of the signature shows it. */
function signed(array $dialect, array $signature, array $request, ?string $time): string
{
    $text = '';
    foreach ($signature['over'] as $part) {
        $text .= match (true) {
            is_string($part) => $part,
            $part['$'] === 'body' => base64_decode($request['body']),
            $part['$'] === 'url', $part['$'] === 'method' => $request[$part['$']],
            default => ($part['prefix'] ?? '') . (placed($dialect, $request, $part['$']) ?? $time),
        };
    }
    return $text;
}

function keyOf(array $signature, string $secret): string
{
    $key = $signature['key'];
    foreach ([$key['publicPrefix'] ?? null, $key['prefix'] ?? null] as $prefix) {
        if ($prefix !== null && str_starts_with($secret, $prefix)) {
            $secret = substr($secret, strlen($prefix));
            break;
        }
    }
    return $key['encoding'] === 'utf8' ? $secret : decode($secret, $key['encoding']);
}

function encode(string $data, string $encoding): string
{
    return $encoding === 'hex' ? bin2hex($data) : base64_encode($data);
}

/** Empty for a text that is not in this encoding. */
function decode(string $text, string $encoding): string
{
    return (string) ($encoding === 'hex' ? @hex2bin($text) : base64_decode($text, true));
}

function hmac(array $signature, string $key, string $data): string
{
    return hash_hmac(substr($signature['algorithm'], strlen('hmac-')), $data, $key, true);
}

function pem(string $kind, string $der): string
{
    return "-----BEGIN $kind KEY-----\n" . chunk_split(base64_encode($der), 64, "\n") . "-----END $kind KEY-----\n";
}

function sign(array $signature, string $key, string $data): string
{
    switch ($signature['algorithm']) {
        case 'shared-secret':
            return $key;
        case 'ed25519':
            return encode(sodium_crypto_sign_detached($data, $key), $signature['encoding']);
        case 'ecdsa-p256':
            openssl_sign($data, $made, pem('PRIVATE', $key), OPENSSL_ALGO_SHA256);
            return encode($made, $signature['encoding']);
        default:
            return encode(hmac($signature, $key, $data), $signature['encoding']);
    }
}

function isSignature(array $signature, string $key, string $data, string $text): bool
{
    if ($signature['algorithm'] === 'shared-secret') {
        return hash_equals($key, $text);
    }
    foreach ([$signature['encoding'], ...($signature['accepts'] ?? [])] as $encoding) {
        $bytes = decode($text, $encoding);
        $isRight = match ($signature['algorithm']) {
            'ed25519' => strlen($bytes) === SODIUM_CRYPTO_SIGN_BYTES && sodium_crypto_sign_verify_detached($bytes, $data, $key),
            'ecdsa-p256' => openssl_verify($data, $bytes, pem('PUBLIC', $key), OPENSSL_ALGO_SHA256) === 1,
            default => hash_equals(encode(hmac($signature, $key, $data), $encoding), $text),
        };
        if ($isRight) {
            return true;
        }
    }
    return false;
}

/** The signatures in a header, and the time where it shows one. */
function parse(array $form, string $header): array
{
    if (isset($form['list'])) {
        $prefix = $form['list']['version'] . ',';
        $entries = array_filter(explode(' ', $header), fn ($entry) => str_starts_with($entry, $prefix));
        return [array_map(fn ($entry) => substr($entry, strlen($prefix)), $entries), null];
    }
    if (isset($form['bare'])) {
        $prefix = $form['bare']['prefix'] ?? '';
        return [str_starts_with($header, $prefix) ? [substr($header, strlen($prefix))] : [], null];
    }
    $found = [];
    $time = null;
    foreach (explode($form['pairs']['separator'], $header) as $pair) {
        [$name, $value] = explode('=', $pair, 2) + ['', ''];
        if ($name === $form['pairs']['signature']) {
            $found[] = $value;
        } elseif ($name === ($form['pairs']['time'] ?? null)) {
            $time = $value;
        }
    }
    return [$found, $time];
}

function show(array $form, string $signature, string $time): string
{
    if (isset($form['list'])) {
        return $form['list']['version'] . ',' . $signature;
    }
    if (isset($form['bare'])) {
        return ($form['bare']['prefix'] ?? '') . $signature;
    }
    $pairs = $form['pairs'];
    $start = isset($pairs['time']) ? $pairs['time'] . '=' . $time . $pairs['separator'] : '';
    return $start . $pairs['signature'] . '=' . $signature;
}

function signAll(array $job): array
{
    $headers = [];
    foreach ($job['dialect']['signatures'] as $signature) {
        $form = 'unix';
        foreach ($signature['over'] as $part) {
            $form = is_array($part) && $part['$'] === 'sentAt' ? $part['as'] : $form;
        }
        $time = $job['times'][$form];
        $data = signed($job['dialect'], $signature, $job['request'], $time);
        if (isset($signature['algorithmHeader'])) {
            $headers[$signature['algorithmHeader']['name']] = $signature['algorithmHeader']['value'];
        }
        $made = sign($signature, keyOf($signature, $job['secret']), $data);
        $headers[$signature['header']] = show($signature['format'], $made, $time);
    }
    return $headers;
}

function verifyAll(array $job): bool
{
    foreach ($job['dialect']['signatures'] as $signature) {
        [$candidates, $time] = parse($signature['format'], headerOf($job['request'], $signature['header']) ?? '');
        $data = signed($job['dialect'], $signature, $job['request'], $time);
        $key = keyOf($signature, $job['secret']);
        $right = array_filter($candidates, fn ($candidate) => isSignature($signature, $key, $data, $candidate));
        if ($right === []) {
            return false;
        }
    }
    return true;
}

while (($line = fgets(STDIN)) !== false) {
    $job = json_decode($line, true);
    echo json_encode($job['do'] === 'sign' ? ['headers' => signAll($job)] : ['ok' => verifyAll($job)]), "\n";
}
