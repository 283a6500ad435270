//! Errors of the HTTP face as `application/problem+json` (RFC 9457): a stable code, a title, the detail, and what to
//! do, in the asked language.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_ledger::lang::Lang;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! kinds {
    ($($kind:ident $status:literal $code:literal
        $title_en:literal $title_zh:literal $title_pt:literal,
        $todo_en:literal $todo_zh:literal $todo_pt:literal;)*) => {
        /// What went wrong. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Kind { $(#[doc = $title_en] $kind,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                let number: u16 = match self { $(Self::$kind => $status,)* };
                StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            const fn texts(self, lang: Lang) -> (&'static str, &'static str) {
                match (self, lang) {
                    $((Self::$kind, Lang::En) => ($title_en, $todo_en),
                    (Self::$kind, Lang::Zh) => ($title_zh, $todo_zh),
                    (Self::$kind, Lang::Pt) => ($title_pt, $todo_pt),)*
                }
            }
        }
    };
}

kinds! {
    NotFound 404 "not-found"
        "not found" "未找到" "não encontrado",
        "check the id or path; /openapi.json lists the paths" "请核对编号或路径；/openapi.json 列出所有路径" "confira o id ou o caminho; /openapi.json lista os caminhos";
    BadParameter 400 "bad-parameter"
        "a parameter is wrong" "参数错误" "um parâmetro está errado",
        "correct the parameter that the detail names" "请更正 detail 中指出的参数" "corrija o parâmetro indicado em detail";
    BadCursor 400 "bad-cursor"
        "the cursor is not from this list" "游标不属于此列表" "o cursor não é desta lista",
        "begin again without a cursor" "请不带游标重新开始" "recomece sem cursor";
    BadBody 400 "bad-body"
        "the body cannot be read" "无法读取请求正文" "o corpo não pode ser lido",
        "send what the content type says" "请按内容类型发送" "envie o que o tipo de conteúdo diz";
    NotSequence 400 "not-cbor-sequence"
        "the body is not a sequence of statements" "正文不是声明序列" "o corpo não é uma sequência de declarações",
        "send whole COSE_Sign1 statements one after another" "请逐个发送完整的 COSE_Sign1 声明" "envie declarações COSE_Sign1 inteiras, uma após a outra";
    MethodNotAllowed 405 "method-not-allowed"
        "this path does not take this method" "该路径不支持此方法" "este caminho não aceita este método",
        "see /openapi.json" "请见 /openapi.json" "veja /openapi.json";
    TooLarge 413 "too-large"
        "the body is too large" "正文过大" "o corpo é grande demais",
        "send it in smaller parts" "请分批发送" "envie em partes menores";
    TooMany 413 "too-many-statements"
        "too many statements in one request" "单次请求的声明过多" "declarações demais em um pedido",
        "send them in several requests" "请分多次发送" "envie em vários pedidos";
    PathTooLong 414 "path-too-long"
        "the path with its query is too long" "路径和查询过长" "o caminho com a consulta é longo demais",
        "ask with less; the detail says how many bytes are read" "请缩短；detail 给出可读取的字节数" "peça com menos; detail diz quantos bytes são lidos";
    HeadersTooLarge 431 "headers-too-large"
        "the header lines are too large or too many" "请求头过大或过多" "os cabeçalhos são grandes ou numerosos demais",
        "send fewer; the detail says how many bytes or lines are read" "请减少；detail 给出可读取的字节数或行数" "envie menos; detail diz quantos bytes ou linhas são lidos";
    TooSlow 408 "too-slow"
        "the rest of the request did not come in time" "请求的其余部分未按时到达" "o resto do pedido não chegou a tempo",
        "send it again over a better connection, or in smaller parts" "请改善网络后重发，或分批发送" "reenvie com uma conexão melhor ou em partes menores";
    MediaType 415 "unsupported-media-type"
        "the content type is not taken here" "不支持该内容类型" "o tipo de conteúdo não é aceito aqui",
        "use a content type that the detail names" "请使用 detail 中给出的内容类型" "use um tipo de conteúdo indicado em detail";
    SessionRequired 401 "session-required"
        "a session is required" "需要会话" "é preciso uma sessão",
        "open a session: POST /v1/sessions/challenge, then POST /v1/sessions" "请先建立会话：POST /v1/sessions/challenge，再 POST /v1/sessions" "abra uma sessão: POST /v1/sessions/challenge e depois POST /v1/sessions";
    ChallengeUnknown 401 "challenge-unknown"
        "the challenge is not open" "该挑战无效" "o desafio não está aberto",
        "ask for a new challenge and answer it within two minutes" "请重新获取挑战并在两分钟内应答" "peça um novo desafio e responda em dois minutos";
    SignatureWrong 401 "signature-wrong"
        "the signature does not fit" "签名不符" "a assinatura não confere",
        "sign `lode session 1`, the ledger id and the challenge, each followed by a line feed" "请对 `lode session 1`、账本编号和挑战逐行（含换行符）签名" "assine `lode session 1`, o id do registro e o desafio, cada um com quebra de linha";
    KeyNotValid 403 "key-not-valid"
        "the key is not valid for this participant" "该密钥对此参与方无效" "a chave não vale para este participante",
        "use an enrolled key that was not revoked, or ask the registrar" "请使用已登记且未撤销的密钥，或联系登记机构" "use uma chave inscrita e não revogada, ou fale com o registrador";
    MembersOnly 403 "members-only"
        "this ledger shows that to its members only" "本账本仅向成员提供此内容" "este registro só mostra isso aos seus membros",
        "open a session as a participant: POST /v1/sessions/challenge, then POST /v1/sessions" "请以参与方身份建立会话：POST /v1/sessions/challenge，再 POST /v1/sessions" "abra uma sessão como participante: POST /v1/sessions/challenge e depois POST /v1/sessions";
    Forbidden 403 "forbidden"
        "this is not yours to read" "您无权读取" "isto não é seu para ler",
        "ask who brought the document, or the registrar" "请联系文件提供方或登记机构" "fale com quem trouxe o documento ou com o registrador";
    DocumentAddress 422 "document-address"
        "the document has another address" "文件地址不符" "o documento tem outro endereço",
        "compute the hash over the exact bytes that you send" "请对实际发送的字节计算哈希" "calcule o hash sobre os bytes exatos que envia";
    DocumentMetadata 422 "document-metadata"
        "the picture carries metadata" "图片含有元数据" "a imagem traz metadados",
        "send it to POST /v1/documents, which takes them out and answers with the hash" "请发送到 POST /v1/documents，由其清除并返回哈希" "envie a POST /v1/documents, que os retira e responde com o hash";
    DocumentFormat 415 "document-format"
        "this kind of picture is not taken" "不接收此类图片" "este tipo de imagem não é aceito",
        "send a JPEG, PNG or WebP picture; a telephone's HEIC can be changed to JPEG in its camera settings" "请发送 JPEG、PNG 或 WebP 图片；手机的 HEIC 可在相机设置中改为 JPEG" "envie uma imagem JPEG, PNG ou WebP; o HEIC do telefone pode ser mudado para JPEG nos ajustes da câmera";
    DocumentUnreadable 422 "document-unreadable"
        "the document cannot be read" "无法读取文件" "o documento não pode ser lido",
        "send the whole file" "请发送完整文件" "envie o arquivo inteiro";
    RateLimited 429 "rate-limited"
        "too many requests from this address" "该地址请求过于频繁" "pedidos demais deste endereço",
        "wait as long as Retry-After says" "请等待 Retry-After 所示时间" "espere o tempo de Retry-After";
    KeyRateLimited 429 "key-rate-limited"
        "too many statements signed by this key" "该密钥签署的声明过于频繁" "declarações demais assinadas por esta chave",
        "wait as long as Retry-After says and send the same bytes again" "请等待 Retry-After 所示时间后重发相同内容" "espere o tempo de Retry-After e reenvie os mesmos bytes";
    Busy 503 "busy"
        "the node is reading too many requests at once" "节点正在读取过多请求" "o nó está lendo pedidos demais ao mesmo tempo",
        "send the same bytes again in a few seconds" "请数秒后重发相同内容" "reenvie os mesmos bytes em alguns segundos";
    TooManyConnections 503 "too-many-connections"
        "too many connections are open" "打开的连接过多" "há conexões abertas demais",
        "close connections that you do not need, or come again later" "请关闭不需要的连接，或稍后再试" "feche conexões de que não precisa ou volte mais tarde";
    Internal 500 "internal"
        "the node made a mistake" "节点内部错误" "o nó cometeu um erro",
        "try again; if it stays, tell the operator the time of this answer" "请重试；若仍出现，请将时间告知运营方" "tente de novo; se persistir, informe a hora ao operador";
    Unavailable 503 "unavailable"
        "the node takes nothing now" "节点目前不接收" "o nó não aceita nada agora",
        "send the same bytes again in a few seconds" "请数秒后重发相同内容" "reenvie os mesmos bytes em alguns segundos";
    Timeout 503 "timeout"
        "the answer took too long" "响应超时" "a resposta demorou demais",
        "ask for less, or again later" "请减少请求量或稍后再试" "peça menos ou tente mais tarde";
    NotBegun 503 "not-begun"
        "the ledger has not begun" "账本尚未启用" "o registro ainda não começou",
        "wait for its first entries" "请等待首批条目" "espere as primeiras entradas";
}

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:lode:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What went wrong, in the asked language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// Where and why, if there is more to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What to do, in the asked language.
    pub what_to_do: String,
}

/// An error of the HTTP face.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    lang: Lang,
    detail: String,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem in a language.
    #[must_use]
    pub const fn new(kind: Kind, lang: Lang) -> Self {
        Self { kind, lang, detail: String::new(), retry_after_s: None }
    }

    /// Where and why.
    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }

    /// After how many seconds to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    fn body(&self) -> ProblemBody {
        let (title, todo) = self.kind.texts(self.lang);
        ProblemBody {
            kind: format!("urn:lode:problem:{}", self.kind.code()),
            title: title.to_owned(),
            status: self.kind.status().as_u16(),
            code: self.kind.code().to_owned(),
            detail: self.detail.clone(),
            what_to_do: todo.to_owned(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (self.kind.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_code_of_its_own_and_words_in_every_language() {
        let mut codes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind:?}");
            for lang in Lang::ALL {
                let (title, todo) = kind.texts(lang);
                assert!(!title.is_empty() && !todo.is_empty(), "{kind:?}");
            }
        }
    }
}
