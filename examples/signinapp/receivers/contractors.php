<?php
// Work permits for contractors. PHP's own server runs it: php -S 127.0.0.1:0 contractors.php
//
// SECRET   what the notification was configured with

const TOLERANCE_SECONDS = 300;

function say(array $fields): void
{
    file_put_contents('php://stdout', json_encode($fields) . "\n");
}

/** Why this request is not believed; null: it is Sign In App's. */
function refusal(string $header, string $body): ?string
{
    if (!preg_match('/\At=(\d+),s1=([0-9a-f]{64})\z/', $header, $parts)) {
        return 'no signature';
    }
    [, $sentAt, $signature] = $parts;
    if (!hash_equals(hash_hmac('sha256', "$sentAt.$body", getenv('SECRET')), $signature)) {
        return 'wrong signature';
    }
    // Only now is the time known to be Sign In App's.
    return abs(time() - (int) $sentAt) > TOLERANCE_SECONDS ? 'too old' : null;
}

// The bytes as they came: PHP has no parsed form of a JSON body, and must not have one before its signature was checked.
$body = file_get_contents('php://input');
$header = $_SERVER['HTTP_X_SIGNINAPP_WEBHOOK_SIGNATURE'] ?? '';
$reason = refusal($header, $body);
if ($reason === null) {
    http_response_code(202);
    say(['answered' => 202, 'signature' => $header, 'body' => json_decode($body)]);
} else {
    http_response_code(401);
    say(['answered' => 401]);
    echo $reason;
}
