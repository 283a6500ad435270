//! Every text of the pages, in English and Chinese, one typed key each. Names of terms come from the vocabulary.
//!
//! Plain words, short sentences, and nothing claimed that the ledger cannot know.

use lode_ledger::lang::Lang;

/// The languages of the pages; the API speaks those of [`Lang`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PageLang {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
}

impl PageLang {
    /// The page language for a language of the API: English where the pages have none of their own.
    #[must_use]
    pub const fn of(lang: Lang) -> Self {
        match lang {
            Lang::Zh => Self::Zh,
            Lang::En | Lang::Pt => Self::En,
        }
    }

    /// The language of names and messages.
    #[must_use]
    pub const fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Zh => Lang::Zh,
        }
    }

    /// The value of the `lang` attribute.
    #[must_use]
    pub const fn html(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// The value of `?lang=`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The other language, for the switch.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }
}

/// The texts in one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts(pub PageLang);

macro_rules! texts {
    ($($key:ident $en:literal $zh:literal;)*) => {
        impl Texts {
            $(#[doc = $en] #[must_use] pub const fn $key(self) -> &'static str {
                match self.0 { PageLang::En => $en, PageLang::Zh => $zh }
            })*
        }

        /// Every text in both languages, for tests.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $en, $zh)),*];
    };
}

texts! {
    product "Lode · crystal provenance ledger" "Lode · 水晶溯源账本";
    full_stop "." "。";
    photo_of "Photo:" "照片：";
    language_name "English" "中文";
    tag "Tag" "标签";
    no_tag "no tag bound" "未绑定标签";

    // The four questions.
    what_is_it "What is it?" "这是什么？";
    treated "Has it been treated?" "是否经过处理？";
    material_from "Where is the material from?" "原料来自哪里？";
    made_by "Who made it?" "谁制作的？";

    lot "Lot of material" "原料批次";
    batch "Batch of pieces" "成批件";
    piece "Single piece" "单件";
    mass "Mass" "重量";
    count "Count" "数量";
    species "Mineral" "矿物";
    nature "Nature" "性质";
    grade "Grade" "等级";
    no_scheme "scheme not stated" "未说明分级标准";
    no_grader "grader not stated" "未说明分级人";
    mass_left "left of it" "现余";
    mass_entered "at the start" "起始";
    pieces_unit "pieces" "件";
    says "Said by" "声明方";
    evidence_scale "Evidence levels, weakest to strongest" "证据等级，由弱到强";
    evidence_self "The one who gains from it says so." "仅由利益相关方自行声明。";
    evidence_document "A document by somebody else says so; here only its fingerprint is kept." "有第三方单证；账本只保存其指纹。";
    evidence_counter "The other party of the deal signed the same fact." "交易对方对同一事实会签。";
    evidence_lab "A laboratory or inspector looked at the goods." "检测机构或检查员查验过实物。";

    // Treatments.
    treatments_not_stated "Not stated" "未说明";
    not_stated_means "Nobody has said anything about treatments. Not stated does not mean untreated." "没有任何人对处理情况作出说明。未说明不等于未处理。";
    others_not_stated "All other treatments: not stated." "其他处理方式：均未说明。";
    treated_title "Treated" "经过处理";
    treated_in_part "Treated in part" "部分经过处理";
    rest_not_stated "Part of what went in was treated; the rest is not stated or differs." "部分投入料经过处理，其余未说明或不同。";
    declared_untreated "Declared untreated" "申报未处理";
    lab_found_none "None detected by a laboratory" "检测未发现";
    disclose_specific "must be disclosed in writing for this piece (CIBJO, FTC)" "须就本件书面披露（CIBJO、FTC）";

    // Origin.
    one_of "One of" "下列之一：";
    by_mass_blend "Blended by mass." "按重量混合。";
    origin_difference "Customs origin is where it was made; the material's origin is where it was dug. They are two different facts." "海关原产地是制作地，原料产地是开采地，二者是不同的事实。";
    material_only "Raw material, as it was declared when it entered the ledger." "原料，按进入账本时的申报。";
    chain_model "Chain of custody (ISO 22095)" "监管链模式（ISO 22095）";
    countersigned_by_supplier "The supplier counter-signed." "供应商已会签。";
    countersigned_by_link "Counter-signed through a link that the importer sent: shown, but no higher level." "通过进口商发出的链接会签：仅作展示，不提高证据等级。";
    supplier_silent "The supplier has not counter-signed." "供应商未会签。";
    mine "Mine" "矿点";
    shipped "Shipped" "发运";
    customs "Through customs" "海关";
    customs_silent "No clearance is recorded here." "本账本没有清关记录。";
    inspected "Inspected" "检验";
    inspected_material "Its material, inspected" "其原料经检验";
    supplier "Supplier" "供应商";

    // Maker.
    not_worked "Nobody: this is unworked material." "无：这是未加工的原料。";
    job "Job" "工单";
    steps_logged "steps logged" "道工序记录";
    title_held "Title" "资质";
    title_issued_by "issued by" "颁发方：";
    maker_signs "The maker signed this itself; nobody else confirms it." "由制作方自行签署，没有其他方确认。";
    custodian "In the hands of" "现保管方";
    owner "Owned by" "所有者";
    owner_buyer "a buyer outside the ledger" "账本外的买家";

    // What stands in the way.
    reported_missing "Reported as " "已报告：";
    recalled "Recalled: " "已召回：";
    disputed "In dispute: " "存在争议：";
    held "Held: " "已冻结：";
    made_of_alert "Made of" "原料";

    // State.
    state "Where it stands" "当前状态";
    state_declared "declared, not yet received" "已申报，尚未收货";
    state_in_stock "in stock" "在库";
    state_finished "finished, not sold" "成品，未售";
    state_exhausted "used up: all of it went into other items or was lost" "已用尽：全部转入其他物品或损耗";
    state_sold "recorded as sold" "已登记售出";
    offered_now "A hand-over is open: it is on its way to another participant." "有一笔交付未完成：正在转交给另一参与方。";
    sold_by "Sold by" "售出方";
    destination "Destination" "目的地";
    hand_over "Hand-over" "交付";
    claim_state "Claim by the buyer" "买家认领";
    claim_not_sold "Not possible before a sale is recorded." "记录售出后方可认领。";
    claim_open "Not claimed yet: whoever has the hidden code of the card can make it theirs." "尚未认领：持有卡上隐藏码者可认领。";
    claimed "Claimed by its buyer" "买家已认领";
    claimed_hint "A hidden code works once: if you bought this and it was not you, ask the seller." "隐藏码只能使用一次：如果您是买家而并非您本人认领，请向卖家核实。";
    claim_used "The hidden code of this tag has been used; it claims nothing any more. Ask the seller for a new tag." "此标签的隐藏码已被使用，不能再次认领。请向卖家索取新标签。";
    claim_given_back "Its buyer has given it back; the seller has not taken it in yet." "买家已退还，卖家尚未收回。";
    owner_key "whoever holds its buyer's key" "持有买家密钥者";

    // The market.
    listed_by "Offered for sale by" "在售方";
    kept_for_a_buyer "Kept for a buyer" "已为买家预留";
    shipment "Shipment" "运输";
    under_way "on its way" "运输途中";
    arrived "arrived" "已送达";
    came_back "Returned" "退货";
    to_another_key "to another buyer's key" "转给另一买家的密钥";
    back_to_the_seller "back to its seller" "退还给卖家";

    // Certificates.
    certificates "Certificates" "证书";
    certificate "Certificate" "证书";
    certificates_none "None linked." "未关联证书。";
    bound_by_lab "bound to this item by the laboratory's own signature" "由检测机构自行签名绑定到本件";
    asserted_only "asserted by the holder; the laboratory has not confirmed it" "由持有人声称，检测机构未确认";
    reissued_as "replaced by the laboratory's certificate" "已由检测机构换发为";
    collision "The same certificate is also shown for" "同一证书还被用于";
    sample_scope "examined on a sample of a lot, not on this piece" "检测对象为批次抽样，而非本件";

    // Warnings.
    warnings "Warnings" "警示";
    warnings_none "None in this item's record or in what it was made of." "本件及其原料的记录中没有警示。";
    more_not_kept "more at most, warnings or documents, for which there is no room here; the log has them" "条（至多）警示或文件因篇幅所限未列出；账本中可查";
    assembled_of "Assembled of" "组成";
    foreign_mass "Of it no stone (cord, metal, base)" "其中非石料（绳、金属、底座）";
    repaired "Repaired" "修复";
    cut_again "the stone was cut again" "石料已改切";
    before_recut "the stone was cut again since: it speaks of what it was before" "此后石料已改切：所述为改切之前";
    suspect_key "signed with a key that was later reported as suspect" "签名密钥后来被报告为可疑";

    // Timeline.
    timeline "What happened" "经过";
    timeline_note "Times are those that the authors claim. The number is the entry in the log: anybody can look it up and check it." "时间为签署方声称的时间；编号是日志条目，任何人都可查验。";
    timeline_cut "The story is longer than this page shows; the proof file has all of it." "经过比本页显示的更长；证明文件中有全部内容。";
    this_item "this item" "本件";

    // Gaps.
    gaps "What is not known or not checked" "未知或未核查的事项";
    gap_identity "That the object in your hand is the one described here. Compare photo, mass and form; a tag can be moved or copied." "您手中的物品是否就是这里描述的那一件。请对照照片、重量和形态；标签可能被移动或复制。";
    gap_truth "That what was said is true. The record shows who said it, when, and that nothing was changed afterwards." "所说的内容是否属实。记录只能表明谁在何时说了什么，且事后未被改动。";
    gap_treatment "Treatments beyond those stated above." "除上述以外的处理情况。";
    gap_lab "No laboratory has examined this very piece, as far as this ledger knows." "据本账本所知，没有检测机构检测过本件。";
    gap_lab_text "What the laboratory's certificate says about mineral and origin: read it at the laboratory; here is only its number and fingerprint." "检测证书对矿物和产地的结论：请向检测机构查询；账本只有编号和指纹。";
    gap_origin "Where the material was dug: no independent party has confirmed it." "原料开采地：没有独立第三方确认。";
    gap_mine "Which mine: not stated, or kept private." "矿点：未说明或未公开。";
    gap_customs "That the imported material came in through customs: no clearance is recorded for all of it." "进口原料是否清关：并非全部都有清关记录。";
    gap_photo "How it looks: no public photo is bound to it." "外观：没有绑定公开照片。";
    gap_nature "Whether it is natural: not stated." "是否天然：未说明。";
    gap_hidden_code "Whoever printed the tag's hidden code has seen it." "印制标签隐藏码的一方见过该码。";
    gap_audit "Whether an auditor has cosigned the log: this page does not check it. The verifier does." "审计方是否对日志共同签名：本页不核查，验证程序会核查。";
    gap_sealed "Some fields are sealed: only those who hold the disclosure can read them." "部分字段已密封：只有持有披露凭据者才能读取。";
    gap_price "Price, buyer and personal data are never in the ledger." "价格、买家和个人数据从不进入账本。";

    // Something is wrong.
    report "Report a problem" "反映问题";
    report_no_address "The ledger keeps no telephone number and no address of anybody." "账本不保存任何人的电话或地址。";
    report_dispute "Whoever made, sold or holds it can open a dispute, and so can the registrar: it then stands at the top of this page." "制作方、售出方、保管方和登记机构均可提出争议：争议会显示在本页顶部。";
    report_owner "Its buyer, once it is claimed, can report it lost or stolen in this ledger, and give it back to its seller, with the key that claimed it." "买家认领后，可用认领所用的密钥在本账本报失，或将其退还给卖家。";

    // Verifying.
    verify "Check it without trusting us" "不依赖我们，自行验证";
    verify_text "This page was made by the node that keeps the ledger. The proof file holds everything needed to check the record offline, also when this site is gone." "本页由保存账本的节点生成。证明文件包含离线核查所需的全部内容，即使本网站消失也能验证。";
    download_proof "Download the proof file" "下载证明文件";
    trust_file "Trust file" "信任文件";
    trust_text "Get the trust file from somewhere you trust, not only from here, and compare the two." "请从您信任的其他渠道获取信任文件，并与此处的进行比对。";
    verifier_text "The verifier, lode-verify, is open-source software: build it yourself, or take it from somebody you trust." "验证程序 lode-verify 是开源软件：请自行编译，或从您信任的人处取得。";
    raw_data "Record as data (JSON)" "数据格式的记录（JSON）";

    // Home.
    home_title "A public ledger of where crystal comes from" "水晶来源的公开账本";
    home_lead "Importers, workshops, laboratories and sellers sign what they say about a lot or a piece. What is signed cannot be changed or left out unnoticed. It is not a promise that what they say is true: every fact shows how well it is supported." "进口商、作坊、检测机构和卖家对每批料、每件货所说的话签名入账。签过的内容无法被悄悄改动或遗漏。账本并不保证所说属实：每个事实都标明证据等级。";
    find_tag "Find a tag" "查询标签";
    find_hint "The code under the QR code: 17 characters, capitals or not." "二维码下方的编码：17 个字符，不分大小写。";
    find_button "Look up" "查询";
    ledger_now "The ledger now" "账本现状";
    entries "entries" "条记录";
    last_seal "Last seal (the ledger's clock)" "最近封存（账本时钟）";
    never_sealed "none yet" "尚无";
    checkpoint "Checkpoint" "检查点";
    log_key "Log key" "日志公钥";
    origin_word "Name of the log" "日志名称";
    ledger_id "Ledger id" "账本编号";
    how_to_verify "How to verify" "如何验证";
    how_text "Take a proof file from a piece's page, a trust file from somebody you trust, and run the verifier. It needs neither this site nor a network." "从物品页面取得证明文件，从您信任的人处取得信任文件，运行验证程序即可，无需本网站，也无需联网。";
    for_machines "For programs" "供程序使用";
    for_machines_text "The API is described in" "接口说明见";
    members_note "Lists, lots and raw entries are for members. The pages and proof files of pieces, the checkpoint and the tree's hashes are open to everybody." "列表、批次和原始条目仅供成员读取；单件的页面和证明文件、检查点和树哈希对所有人公开。";

    // Notices.
    unknown_tag "This tag is not in the ledger" "账本中没有此标签";
    unknown_tag_text "The code is well-formed, but nobody has bound it to an item here. It may be new, from another ledger, or invented. Compare every character with the tag." "编码格式正确，但本账本中没有人将其绑定到物品。它可能刚印制、属于其他账本，或是伪造的。请逐字核对。";
    bad_tag "This is not a tag code" "这不是标签编码";
    bad_tag_text "A tag code has 17 characters, digits and letters. One of them seems to be wrong or missing; the last one is a check character." "标签编码为 17 个字符，由数字和字母组成。其中可能有字符错误或缺失；最后一位是校验字符。";
    unknown_item "There is no such item in the ledger" "账本中没有该物品";
    unknown_item_text "Check the number, or look the item up by the code on its tag." "请核对编号，或用标签上的编码查询。";
    members_item "This ledger shows lots to its members only" "本账本仅向成员展示批次";
    members_item_text "Pieces, and whatever bears a tag, are open to everybody: look the piece up by the code on its tag." "单件和带标签的物品对所有人开放：请用标签上的编码查询。";
    replaced_tag "This tag was replaced" "此标签已被更换";
    replaced_tag_text "Whoever held the item reported this tag as lost or damaged and bound a new one. Do not rely on a piece that still carries the old tag: ask the seller." "持有方已报告此标签遗失或损坏，并绑定了新标签。请勿凭旧标签认定物品，应向卖家核实。";
    go_to_new "Record under the new tag" "查看新标签的记录";
    back_home "About this ledger" "关于本账本";

    // Who.
    the_ledger "the ledger itself" "账本本身";
    the_registrar "the registrar" "登记机构";
    a_buyer "a buyer" "买家";
    supplier_by_link "the holder of the supplier's link" "供应商链接持有人";
}

impl Texts {
    /// A descriptive field in words, by the last part of its path, as in `outputs[0].name`. Fields that a buyer
    /// hardly meets keep the name that the log gives them.
    #[must_use]
    pub fn field(self, path: &str) -> String {
        let name = path.rsplit('.').next().unwrap_or(path);
        let words = match name {
            "name" => ("name", "名称"),
            "trade_name" => ("trade name", "商品名"),
            "title" => ("title", "标题"),
            "grade" => ("grade", "等级"),
            "mine" => ("mine", "矿点"),
            "subdivision" => ("region", "地区"),
            "parameters" => ("parameters", "参数"),
            "condition" => ("condition", "状况"),
            "reason" => ("reason", "原因"),
            "supplier" => ("supplier", "供应商"),
            "supplier_lot" => ("supplier's lot number", "供应商批号"),
            "bill_of_lading" => ("bill of lading", "提单"),
            _ => return name.replace('_', " "),
        };
        match self.0 {
            PageLang::En => words.0.to_owned(),
            PageLang::Zh => words.1.to_owned(),
        }
    }

    /// The other language's own name.
    #[must_use]
    pub const fn other_name(self) -> &'static str {
        Self(self.0.other()).language_name()
    }

    /// A natural person, of whom only the enroller is said.
    #[must_use]
    pub fn person_of(self, enroller: &str) -> String {
        match self.0 {
            PageLang::En => format!("a person enrolled by {enroller}"),
            PageLang::Zh => format!("由{enroller}登记的个人"),
        }
    }

    /// An organisation whose name is sealed.
    #[must_use]
    pub fn organisation_of(self, enroller: &str) -> String {
        match self.0 {
            PageLang::En => format!("an organisation enrolled by {enroller}"),
            PageLang::Zh => format!("由{enroller}登记的机构"),
        }
    }

    /// "Made in China of material from Brazil."
    #[must_use]
    pub fn made_in_of(self, made_in: &str, material: &str) -> String {
        match self.0 {
            PageLang::En => format!("Made in {made_in} of material from {material}."),
            PageLang::Zh => format!("在{made_in}制作，原料来自{material}。"),
        }
    }

    /// Few treatments that are declared absent, by name.
    #[must_use]
    pub fn declared_not(self, names: &[String]) -> String {
        match self.0 {
            PageLang::En => format!("Declared not {}", self.or(names)),
            PageLang::Zh => format!("申报未经{}", self.list(names)),
        }
    }

    /// Many treatments that are declared absent.
    #[must_use]
    pub fn declared_untreated_in(self, many: usize) -> String {
        match self.0 {
            PageLang::En => format!("Declared untreated, in the {many} ways listed"),
            PageLang::Zh => format!("申报未经下列 {many} 种处理"),
        }
    }

    /// Many treatments that a laboratory found no sign of.
    #[must_use]
    pub fn lab_found_none_of(self, many: usize) -> String {
        match self.0 {
            PageLang::En => format!("None of the {many} treatments listed detected by a laboratory"),
            PageLang::Zh => format!("检测未发现下列 {many} 种处理"),
        }
    }

    /// A title and what stands under it, in one line.
    #[must_use]
    pub fn titled(self, title: &str, text: &str) -> String {
        match self.0 {
            PageLang::En => format!("{title}: {text}"),
            PageLang::Zh => format!("{title}：{text}"),
        }
    }

    /// From where to where something was sent, as far as either is known.
    #[must_use]
    pub fn from_to(self, from: Option<&str>, to: Option<&str>) -> Option<String> {
        match (self.0, from, to) {
            (_, None, None) => None,
            (PageLang::En, Some(from), None) => Some(format!("from {from}")),
            (PageLang::En, None, Some(to)) => Some(format!("to {to}")),
            (PageLang::En, Some(from), Some(to)) => Some(format!("from {from} to {to}")),
            (PageLang::Zh, Some(from), None) => Some(format!("由{from}")),
            (PageLang::Zh, None, Some(to)) => Some(format!("运往{to}")),
            (PageLang::Zh, Some(from), Some(to)) => Some(format!("由{from}运往{to}")),
        }
    }

    /// "let in by China".
    #[must_use]
    pub fn let_in_by(self, country: &str) -> String {
        match self.0 {
            PageLang::En => format!("let in by {country}"),
            PageLang::Zh => format!("{country}海关放行"),
        }
    }

    /// Who told customs.
    #[must_use]
    pub fn declared_by(self, name: &str) -> String {
        match self.0 {
            PageLang::En => format!("declared by {name}"),
            PageLang::Zh => format!("报关方：{name}"),
        }
    }

    /// How many of several lots have a customs clearance.
    #[must_use]
    pub fn let_in_of(self, some: usize, all: usize) -> String {
        match self.0 {
            PageLang::En => format!("a clearance is recorded for {some} of {all} lots"),
            PageLang::Zh => format!("{all} 批中 {some} 批有清关记录"),
        }
    }

    /// To whom a problem is told first: who sold it or has it, and the registrar who enrolled them.
    #[must_use]
    pub fn report_to(self, registrar: &str, who: &str, sold: bool) -> String {
        match (self.0, sold) {
            (PageLang::En, true) => {
                format!("Tell {who}, who sold it, or the registrar who enrolled them: {registrar}.")
            }
            (PageLang::En, false) => {
                format!("Tell {who}, who has it, or the registrar who enrolled them: {registrar}.")
            }
            (PageLang::Zh, true) => format!("请告知售出方{who}，或为其登记的登记机构：{registrar}。"),
            (PageLang::Zh, false) => format!("请告知现保管方{who}，或为其登记的登记机构：{registrar}。"),
        }
    }

    /// "register number 9132".
    #[must_use]
    pub fn register_number(self, number: &str) -> String {
        match self.0 {
            PageLang::En => format!("register number {number}"),
            PageLang::Zh => format!("注册号 {number}"),
        }
    }

    /// A remark in brackets.
    #[must_use]
    pub fn bracketed(self, text: &str, remark: &str) -> String {
        match self.0 {
            PageLang::En => format!("{text} ({remark})"),
            PageLang::Zh => format!("{text}（{remark}）"),
        }
    }

    /// What a single piece was drawn from, with the blend's ratio.
    #[must_use]
    pub fn drawn_from(self, ratio: &str) -> String {
        match self.0 {
            PageLang::En => {
                format!("A single piece comes from one place. This one was drawn from a lot blended {ratio}.")
            }
            PageLang::Zh => format!("单件只来自一处。本件取自按 {ratio} 混合的批次。"),
        }
    }

    /// Several names with "or" before the last.
    #[must_use]
    pub fn or(self, names: &[String]) -> String {
        let word = match self.0 {
            PageLang::En => " or ",
            PageLang::Zh => "或",
        };
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{word}{last}", self.list(first)),
        }
    }

    /// Several names with commas.
    #[must_use]
    pub fn list(self, names: &[String]) -> String {
        match self.0 {
            PageLang::En => names.join(", "),
            PageLang::Zh => names.join("、"),
        }
    }

    /// "entry 12".
    #[must_use]
    pub fn entry(self, index: u64) -> String {
        match self.0 {
            PageLang::En => format!("entry {index}"),
            PageLang::Zh => format!("第 {index} 条"),
        }
    }

    /// A date as in `23 Nov 2026`, from `YYYY-MM-DD...`.
    #[must_use]
    pub fn date(self, time: lode_ledger::time::Timestamp) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let text = time.to_string();
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
        let (year, month, day) = (part(0..4), part(5..7), part(8..10));
        let plain = |number: &str| number.trim_start_matches('0').to_owned();
        match self.0 {
            PageLang::En => {
                let name = month.parse::<usize>().ok().and_then(|m| MONTHS.get(m.saturating_sub(1)));
                format!("{} {} {year}", plain(day), name.copied().unwrap_or(month))
            }
            PageLang::Zh => format!("{year}年{}月{}日", plain(month), plain(day)),
        }
    }

    /// The time of day with its offset, as in `20:15 +08:00`.
    #[must_use]
    pub fn clock(self, time: lode_ledger::time::Timestamp) -> String {
        let text = time.to_string();
        let (hour, zone) = (text.get(11..16).unwrap_or_default(), text.get(19..).unwrap_or_default());
        format!("{hour} {}", if zone == "Z" { "UTC" } else { zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_both_languages() {
        for (key, en, zh) in ALL {
            assert!(!zh.is_empty(), "{key}");
            assert!(en.is_ascii() || en.contains('·'), "{key}: {en}");
            assert!(!zh.is_ascii(), "{key}: {zh}");
        }
    }

    #[test]
    fn dates_are_written_as_people_write_them() {
        let time = "2026-03-09T20:15:00+08:00".parse().unwrap();
        assert_eq!(Texts(PageLang::En).date(time), "9 Mar 2026");
        assert_eq!(Texts(PageLang::Zh).date(time), "2026年3月9日");
        assert_eq!(Texts(PageLang::En).clock(time), "20:15 +08:00");
        assert_eq!(Texts(PageLang::En).or(&["A".into(), "B".into(), "C".into()]), "A, B or C");
    }
}
