<?php
// Runs the functions of PHP snippets; see run.py. Each file gets a namespace, as one of an application has.

/** The headers as a framework hands them over. */
function contained(string $name, array $headers): iterable
{
    $lists = array_map(fn ($value) => [$value], $headers);
    switch ($name) {
        case 'server':
            $server = ['argv' => ['run.php'], 'argc' => 1, 'REQUEST_TIME_FLOAT' => 1.5, 'CONTENT_TYPE' => 'application/json'];
            foreach ($headers as $key => $value) {
                $server['HTTP_' . strtoupper(strtr($key, '-', '_'))] = $value;
            }
            return $server;
        case 'symfony':
            $file = '/usr/share/php/Symfony/Component/HttpFoundation/autoload.php';
            if (!file_exists($file)) {
                throw new DomainException('missing');
            }
            require_once $file;
            return new Symfony\Component\HttpFoundation\HeaderBag($headers);
        case 'laravel':
            return array_change_key_case($lists);
        case 'psr-7':
            return $lists;
        case 'wordpress':
            return array_combine(array_map(fn ($key) => strtolower(strtr($key, '-', '_')), array_keys($lists)), $lists);
        case 'iterator':
            return new ArrayIterator($headers);
        case 'upper':
            return array_change_key_case($headers, CASE_UPPER);
        case 'twice':
            return array_map(fn ($value) => [$value, $value], $headers);
        default:
            return $headers;
    }
}

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
        if (isset($job['container'])) {
            $arguments['headers'] = contained($job['container'], $arguments['headers']);
        }
        $result = "$namespace\\{$job['entry']}"(...$arguments);
        echo json_encode(['ok' => true, 'result' => $result], JSON_PRESERVE_ZERO_FRACTION), "\n";
    } catch (DomainException $missing) {
        echo json_encode(['ok' => false, 'missing' => $missing->getMessage()]), "\n";
    } catch (Throwable $error) {
        echo json_encode(['ok' => false, 'error' => $error::class . ': ' . $error->getMessage()]), "\n";
    }
}
