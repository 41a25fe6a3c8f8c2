<?php
// Signs and verifies webhooks with PHP's hash_hmac, as the vendors' pages describe it. One JSON line in, one out.
//
// in:  {"do": "sign" | "verify", "dialect": ..., "secret": ..., "id": ..., "time": seconds, "headers": {...}, "body": base64}
// out: {"headers": {...}} for sign, {"ok": true | false} for verify

function expected(array $job, string $body): array
{
    $secret = $job['secret'];
    $sent = $job['headers'];
    switch ($job['dialect']) {
        case 'standard':
        case 'svix':
            $prefix = $job['dialect'] === 'standard' ? 'webhook' : 'svix';
            $id = $sent["$prefix-id"] ?? $job['id'];
            $time = $sent["$prefix-timestamp"] ?? (string) $job['time'];
            $key = base64_decode(substr($secret, strlen('whsec_')));
            $hmac = base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
            return ["$prefix-id" => $id, "$prefix-timestamp" => $time, "$prefix-signature" => "v1,$hmac"];
        case 'scalefusion':
            return ['X-SF-Signature' => hash_hmac('sha256', $body, $secret)];
        case 'signinapp':
            $name = 'x-signinapp-webhook-signature';
            $time = isset($sent[$name]) ? substr(explode(',', $sent[$name])[0], 2) : (string) $job['time'];
            return [$name => "t=$time,s1=" . hash_hmac('sha256', "$time.$body", $secret)];
        case 'comapi':
            return ['X-Comapi-Signature' => hash_hmac('sha1', $body, $secret)];
        case 'screenmeet':
            return ['x-signature-algo' => 'sha256', 'x-signature' => hash_hmac('sha256', $body, $secret)];
    }
    throw new Exception($job['dialect']);
}

while (($line = fgets(STDIN)) !== false) {
    $job = json_decode($line, true);
    $headers = expected($job, base64_decode($job['body']));
    if ($job['do'] === 'sign') {
        echo json_encode(['headers' => $headers]), "\n";
        continue;
    }
    $ok = true;
    foreach ($headers as $name => $value) {
        $ok = hash_equals($value, $job['headers'][$name] ?? '') && $ok;
    }
    echo json_encode(['ok' => $ok]), "\n";
}
