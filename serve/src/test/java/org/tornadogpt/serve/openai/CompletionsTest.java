package org.tornadogpt.serve.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.serve.Served;

@SuppressWarnings("AddressSelection") // 127.0.0.1 is one address
class CompletionsTest {
    private static Served served;

    @BeforeAll
    static void open() throws IOException {
        served = Served.open("--max-tokens", "200");
    }

    @AfterAll
    static void close() {
        served.close();
    }

    private static HttpResponse<String> complete(String fields) throws IOException, InterruptedException {
        return served.post("/v1/completions", "{\"model\":\"tiny\"," + fields + "}");
    }

    @Test
    void aTextIsTheOneThatTheSeedWritesAlone() throws Exception {
        JsonNode answer = Served.json(
                complete("\"prompt\":\"abc\",\"max_tokens\":50,\"seed\":5,\"temperature\":0.9,\"top_k\":20"));
        JsonNode choice = answer.at("/choices/0");
        assertThat(choice.path("text").asText()).isEqualTo(served.alone("abc", 50, new Sampling(0.9, 20, 1, 5)));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.path("model").asText()).isEqualTo("tiny");
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(50);
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(53);
    }

    @Test
    void aStreamIsTheSameText() throws Exception {
        HttpResponse<String> response = complete(
                "\"prompt\":\"abc\",\"max_tokens\":50,\"seed\":5,\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        List<JsonNode> chunks = Served.chunks(response);
        StringBuilder text = new StringBuilder();
        for (JsonNode chunk : chunks.subList(0, chunks.size() - 1)) {
            text.append(chunk.at("/choices/0/text").asText());
            assertThat(chunk.path("usage").isNull()).isTrue();
        }
        assertThat(text.toString()).isEqualTo(served.alone("abc", 50, Sampling.plain(5)));
        assertThat(chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").asText())
                .isEqualTo("length");
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(50);
    }

    @Test
    void manyAtOnceGetWhatEachGetsAlone() throws Exception {
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int seed = i;
            calls.add(() -> Served.json(complete("\"prompt\":\"" + "abcdefgh".repeat(1 + seed % 4)
                            + "\",\"max_tokens\":" + (20 + 5 * seed) + ",\"seed\":" + seed))
                    .at("/choices/0/text")
                    .asText());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> texts = threads.invokeAll(calls);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(texts.get(i).get())
                        .as("seed %d", i)
                        .isEqualTo(served.alone("abcdefgh".repeat(1 + i % 4), 20 + 5 * i, Sampling.plain(i)));
            }
        }
    }

    @Test
    void severalPromptsAndSeveralTextsOfEach() throws Exception {
        JsonNode answer = Served.json(complete("\"prompt\":[\"ab\",\"xyz\"],\"n\":2,\"max_tokens\":9,\"seed\":3"));
        assertThat(answer.path("choices")).hasSize(4);
        String[] prompts = {"ab", "ab", "xyz", "xyz"};
        for (int i = 0; i < 4; i++) {
            assertThat(answer.path("choices").get(i).path("index").asInt()).isEqualTo(i);
            assertThat(answer.path("choices").get(i).path("text").asText())
                    .isEqualTo(served.alone(prompts[i], 9, Sampling.plain(3 + i % 2)));
        }
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(5);
        int[] tokens = served.tokenizer().encode("ab");
        JsonNode same =
                Served.json(complete("\"prompt\":[" + tokens[0] + "," + tokens[1] + "],\"max_tokens\":9,\"seed\":3"));
        assertThat(same.at("/choices/0/text")).isEqualTo(answer.at("/choices/0/text"));
    }

    @Test
    void aStopStringEndsTheTextBeforeIt() throws Exception {
        String whole = served.alone("abc", 60, Sampling.plain(8));
        String stop = whole.substring(20, 22);
        int end = whole.indexOf(stop);
        JsonNode choice = Served.json(
                        complete("\"prompt\":\"abc\",\"max_tokens\":60,\"seed\":8,\"stop\":\"" + stop + "\""))
                .at("/choices/0");
        assertThat(choice.path("text").asText()).isEqualTo(whole.substring(0, end));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void logProbabilitiesComeWithTheTokens() throws Exception {
        JsonNode scores = Served.json(complete("\"prompt\":\"abc\",\"max_tokens\":6,\"temperature\":0,\"logprobs\":3"))
                .at("/choices/0/logprobs");
        assertThat(scores.path("tokens")).hasSize(6);
        for (int i = 0; i < 6; i++) {
            String token = scores.path("tokens").get(i).asText();
            assertThat(scores.path("top_logprobs").get(i)).hasSize(3);
            assertThat(scores.path("top_logprobs").get(i).path(token).asDouble())
                    .isEqualTo(scores.path("token_logprobs").get(i).asDouble())
                    .isNegative();
            assertThat(scores.path("text_offset").get(i).isInt()).isTrue();
        }
    }

    @Test
    void chat() throws Exception {
        String body = "{\"model\":\"tiny\",\"messages\":[{\"role\":\"system\",\"content\":\"ab\"},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"cd\"}]}],\"seed\":4,"
                + "\"max_completion_tokens\":12,\"logprobs\":true,\"top_logprobs\":2";
        JsonNode answer = Served.json(served.post("/v1/chat/completions", body + "}"));
        String alone = served.alone("ab\ncd", 12, Sampling.plain(4));
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.at("/choices/0/message/role").asText()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo(alone);
        assertThat(answer.at("/choices/0/logprobs/content")).hasSize(12);
        assertThat(answer.at("/choices/0/logprobs/content/0/top_logprobs")).hasSize(2);
        List<JsonNode> chunks = Served.chunks(served.post("/v1/chat/completions", body + ",\"stream\":true}"));
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asText("")));
        assertThat(text.toString()).isEqualTo(alone);
        assertThat(chunks.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(chunks.get(1).at("/choices/0/delta/role").isMissingNode()).isTrue();
    }

    @Test
    void beamsFindALikelierTextThanGreedy() throws Exception {
        JsonNode answer = Served.json(complete("\"prompt\":\"abc\",\"max_tokens\":8,\"beams\":4,\"n\":3"));
        assertThat(answer.path("choices")).hasSize(3);
        assertThat(answer.at("/choices/0/text").asText())
                .isNotEqualTo(answer.at("/choices/1/text").asText());
        assertThat(complete("\"prompt\":\"a\",\"beams\":4,\"logprobs\":0").body())
                .contains("unsupported_parameter", "\"param\":\"logprobs\"");
        assertThat(complete("\"prompt\":\"a\",\"beams\":4,\"stream\":true").statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatTheModelDoesNotKnowIsSaid() throws Exception {
        JsonNode answer = Served.json(complete("\"prompt\":\"aXb\",\"max_tokens\":3,\"seed\":1"));
        assertThat(answer.path("prompt_note").asText()).contains("'X'");
        assertThat(answer.at("/choices/0/text").asText()).isEqualTo(served.alone("a b", 3, Sampling.plain(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature | \"hot\"         | invalid_value",
                "temperature | 3               | invalid_value",
                "temperature | NaN             | invalid_json",
                "top_p       | 0               | invalid_value",
                "max_tokens  | 201             | invalid_value",
                "max_tokens  | -1              | invalid_value",
                "max_tokens  | 1.5             | invalid_value",
                "n           | 17              | invalid_value",
                "stop        | [\"a\",\"b\",\"c\",\"d\",\"e\"] | invalid_value",
                "stop        | [\"\"]          | invalid_value",
                "seed        | 1e40            | invalid_value",
                "logprobs    | 6               | invalid_value",
                "prompt      | []              | invalid_value",
                "prompt      | [999]           | invalid_value",
                "prompt      | {}              | invalid_value",
                "prompt      | \"abcdefghijklmnopqrstuvwxyzabcdefghi\" | context_length_exceeded",
                "tools       | [{\"type\":\"function\"}] | unsupported_parameter",
                "suffix      | \"x\"           | unsupported_parameter",
                "echo        | true            | unsupported_parameter",
                "presence_penalty | 0.5        | unsupported_parameter",
                "logit_bias  | {\"50\":1}      | unsupported_parameter",
                "response_format | {\"type\":\"json_object\"} | unsupported_parameter",
                "stream_options  | {\"include_usage\":true}   | invalid_value",
            })
    void wrongValuesAreRefusedByName(String field, String value, String code) throws Exception {
        HttpResponse<String> response = complete("\"" + field + "\":" + value);
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode error = Served.json(response).path("error");
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        if (!code.equals("invalid_json")) {
            assertThat(error.path("param").asText()).isEqualTo(field);
            assertThat(error.path("message").asText()).isNotEmpty();
        }
    }

    @Test
    void unknownFieldsAndHarmlessValuesAreIgnored() throws Exception {
        assertThat(complete(
                                "\"max_tokens\":1,\"frequency_penalty\":0,\"presence_penalty\":0.0,\"logit_bias\":{},\"user\":\"me\","
                                        + "\"tools\":[],\"best_of\":1,\"echo\":false,\"suffix\":null,\"colour\":\"red\"")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void modelsAreListedAndOthersAreNotThere() throws Exception {
        JsonNode list = Served.json(served.get("/v1/models"));
        assertThat(list.at("/data/0/id").asText()).isEqualTo("tiny");
        assertThat(Served.json(served.get("/v1/models/tiny")).path("created").asInt())
                .isEqualTo(7);
        for (String name : List.of("huge", "../tiny", "/etc/passwd", "http://localhost/x")) {
            HttpResponse<String> response = served.post("/v1/completions", "{\"model\":\"" + name + "\"}");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(Served.json(response).at("/error/code").asText()).isEqualTo("model_not_found");
        }
    }

    @Test
    void aClientThatGoesAwayEndsItsText() throws Exception {
        try (Served small = Served.open("--max-tokens", "1000000", "--text-seconds", "600")) {
            for (String stream : List.of("true", "false")) {
                try (java.net.Socket socket =
                        new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), small.port())) {
                    String body = "{\"model\":\"tiny\",\"max_tokens\":1000000,\"stream\":" + stream + "}";
                    socket.getOutputStream()
                            .write(
                                    ("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    waitUntil(() -> small.metric("tgpt_texts_running") == 1);
                    socket.setSoLinger(true, 0);
                }
                waitUntil(() -> small.metric("tgpt_texts_running") == 0);
            }
            assertThat(small.metric("tgpt_texts_total{ending=\"cancelled\"}")).isEqualTo(2);
        }
    }

    @Test
    void aFullQueueIs503() throws Exception {
        try (Served small = Served.open("--max-tokens", "1000000", "--queue", "2")) {
            List<HttpResponse<InputStream>> streams = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) { // one by one, so that each finds a slot before the next comes
                    streams.add(small.stream(
                            "/v1/completions", "{\"model\":\"tiny\",\"max_tokens\":1000000,\"stream\":true}"));
                    int running = i + 1;
                    waitUntil(() -> small.metric("tgpt_texts_running") == running);
                }
                HttpResponse<String> refused =
                        small.post("/v1/completions", "{\"model\":\"tiny\",\"n\":3,\"max_tokens\":5}");
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
                assertThat(Served.json(refused).at("/error/type").asText()).isEqualTo("server_error");
                assertThat(streams).allMatch(stream -> stream.statusCode() == 200);
            } finally {
                for (HttpResponse<InputStream> stream : streams) {
                    stream.body().close(); // the client goes, and its text ends
                }
            }
            waitUntil(() -> small.metric("tgpt_texts_running") == 0);
            assertThat(small.metric("tgpt_refused_total")).isEqualTo(1);
        }
    }

    @Test
    void drainingFinishesWhatIsBeingWritten() throws Exception {
        try (Served small = Served.open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<String>> answer = threads.submit(() -> small.post(
                    "/v1/completions", "{\"model\":\"tiny\",\"prompt\":\"ab\",\"max_tokens\":2000,\"seed\":1}"));
            waitUntil(() -> small.metric("tgpt_texts_running") == 1);
            small.site().drain();
            assertThat(Served.json(answer.get()).at("/choices/0/text").asText())
                    .isEqualTo(small.alone("ab", 2000, Sampling.plain(1)));
        }
    }

    private static void waitUntil(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited for 30 s").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
