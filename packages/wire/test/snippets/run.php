<?php
// Runs the functions of PHP snippets; see run.py. Each file gets a namespace, as one of an application has.
set_error_handler(fn ($level, $message) => throw new ErrorException($message));

foreach (json_decode(stream_get_contents(STDIN), true) as $job) {
    $arguments = $job['arguments'];
    if (isset($arguments['body'])) {
        $arguments['body'] = base64_decode($arguments['body']);
    }
    $namespace = 'Snippet' . md5($job['file']);
    try {
        if (!function_exists("$namespace\\{$job['entry']}")) {
            $code = file_get_contents("$argv[1]/{$job['file']}");
            eval(preg_replace('/^<\?php/', "namespace $namespace;", $code));
        }
        $result = "$namespace\\{$job['entry']}"(...$arguments);
        echo json_encode(['ok' => true, 'result' => $result], JSON_PRESERVE_ZERO_FRACTION), "\n";
    } catch (Throwable $error) {
        echo json_encode(['ok' => false, 'error' => $error::class . ': ' . $error->getMessage()]), "\n";
    }
}
