//! What things are made of and what shape they have: species, varieties, natures, forms.
//!
//! Species (the mineral), variety and trade name are three fields: trade names ("cherry quartz") are no codes here,
//! they are kept as written. GB/T 16552-2017: a natural stone takes its base or mineral name, 天然 is not needed, and
//! the origin country takes no part in naming.

use super::{Code, Treatment, t, vocabulary};

vocabulary! {
    /// Where a material comes from in the sense of GB/T 16552 and CIBJO: decides whether a whole may be called natural
    /// (rule L4).
    Nature, "nature", [
        t("natural", "natural", "天然", "natural").also(&["天然的", "genuine"]),
        t("natural_glass", "natural glass", "天然玻璃", "vidro natural"),
        t("synthetic", "synthetic", "合成", "sintético").also(&["lab grown", "lab-grown", "人工合成", "hydrothermal"]),
        t("artificial", "artificial", "人造", "artificial").also(&["人工", "man-made"]),
        t("artificial_glass", "glass", "玻璃", "vidro").also(&["人造玻璃"]),
        t("reconstructed", "reconstructed", "再造", "reconstruído").also(&["reconstituted", "压制", "再生"]),
        t("composite", "composite", "拼合", "composto").also(&["assembled stone", "拼合石"]),
        t("not_stated", "not stated", "未说明", "não informado").also(&["unknown", "不详", "未知"]),
    ],
    /// Nobody has said: never to be shown as natural.
    NOT_STATED = "not_stated",
    /// Grown in a laboratory, as nature does it.
    SYNTHETIC = "synthetic",
    /// Glass made by people.
    ARTIFICIAL_GLASS = "artificial_glass",
    /// Grown by nature, a mineral or a rock.
    NATURAL = "natural",
    /// A glass that nature made: obsidian, tektites.
    NATURAL_GLASS = "natural_glass",
}

/// Attribute lists shared by the species below.
const MINERAL: &[(&str, &str)] = &[("nature", "natural")];

vocabulary! {
    /// The mineral, rock, glass or man-made material. Attribute `nature` is a code of [`Nature`]; `formula` where one
    /// formula fits.
    Species, "species", [
        t("quartz", "quartz", "石英", "quartzo").also(&["水晶", "天然水晶", "crystal quartz", "cristal"])
            .with(&[("nature", "natural"), ("formula", "SiO2")]),
        t("chalcedony", "chalcedony", "玉髓", "calcedônia").also(&["石髓", "玉髓/玛瑙", "calcedónia"])
            .with(&[("nature", "natural"), ("formula", "SiO2")]),
        t("opal", "opal", "欧泊", "opala").also(&["蛋白石", "澳宝"]).with(&[("nature", "natural"), ("formula", "SiO2.nH2O")]),
        t("fluorite", "fluorite", "萤石", "fluorita").also(&["fluorspar", "氟石"])
            .with(&[("nature", "natural"), ("formula", "CaF2")]),
        t("tourmaline", "tourmaline", "碧玺", "turmalina").also(&["电气石"]).with(MINERAL),
        t("beryl", "beryl", "绿柱石", "berilo").with(&[("nature", "natural"), ("formula", "Be3Al2Si6O18")]),
        t("garnet", "garnet", "石榴石", "granada").also(&["石榴子石", "紫牙乌"]).with(MINERAL),
        t("topaz", "topaz", "托帕石", "topázio").also(&["黄玉"]).with(MINERAL),
        t("corundum", "corundum", "刚玉", "coríndon").also(&["coríndo"]).with(&[("nature", "natural"), ("formula", "Al2O3")]),
        t("spinel", "spinel", "尖晶石", "espinélio").also(&["espinela"]).with(MINERAL),
        t("zircon", "zircon", "锆石", "zircão").also(&["zirconita"]).with(MINERAL),
        t("olivine", "olivine", "橄榄石", "olivina").also(&["peridot", "peridoto"]).with(MINERAL),
        t("jadeite", "jadeite", "翡翠", "jadeíta").also(&["硬玉"]).with(MINERAL),
        t("nephrite", "nephrite", "软玉", "nefrita").also(&["和田玉", "hetian jade"]).with(MINERAL),
        t("serpentine", "serpentine", "蛇纹石", "serpentina").also(&["岫玉", "蛇纹石玉"]).with(MINERAL),
        t("feldspar", "feldspar", "长石", "feldspato").with(MINERAL),
        t("lapis_lazuli", "lapis lazuli", "青金石", "lápis-lazúli").also(&["lapis", "lazurite"]).with(MINERAL),
        t("malachite", "malachite", "孔雀石", "malaquita").with(MINERAL),
        t("azurite", "azurite", "蓝铜矿", "azurita").with(MINERAL),
        t("chrysocolla", "chrysocolla", "硅孔雀石", "crisocola").also(&["凤凰石"]).with(MINERAL),
        t("turquoise", "turquoise", "绿松石", "turquesa").also(&["松石"]).with(MINERAL),
        t("rhodochrosite", "rhodochrosite", "菱锰矿", "rodocrosita").also(&["红纹石"]).with(MINERAL),
        t("rhodonite", "rhodonite", "蔷薇辉石", "rodonita").also(&["玫瑰石"]).with(MINERAL),
        t("sodalite", "sodalite", "方钠石", "sodalita").also(&["蓝纹石"]).with(MINERAL),
        t("pectolite", "pectolite", "针钠钙石", "pectolita").with(MINERAL),
        t("charoite", "charoite", "查罗石", "charoíta").also(&["紫龙晶"]).with(MINERAL),
        t("sugilite", "sugilite", "舒俱来", "sugilita").also(&["苏纪石", "舒俱徕", "杉石"]).with(MINERAL),
        t("lepidolite", "lepidolite", "锂云母", "lepidolita").with(MINERAL),
        t("muscovite", "muscovite", "白云母", "muscovita").with(MINERAL),
        t("gypsum", "gypsum", "石膏", "gipsita").also(&["gesso"]).with(&[("nature", "natural"), ("formula", "CaSO4.2H2O")]),
        t("calcite", "calcite", "方解石", "calcita").with(&[("nature", "natural"), ("formula", "CaCO3")]),
        t("aragonite", "aragonite", "文石", "aragonita").also(&["霰石"]).with(&[("nature", "natural"), ("formula", "CaCO3")]),
        t("celestite", "celestite", "天青石", "celestita").also(&["celestine"]).with(&[("nature", "natural"), ("formula", "SrSO4")]),
        t("barite", "barite", "重晶石", "barita").also(&["baryte"]).with(&[("nature", "natural"), ("formula", "BaSO4")]),
        t("pyrite", "pyrite", "黄铁矿", "pirita").also(&["愚人金"]).with(&[("nature", "natural"), ("formula", "FeS2")]),
        t("hematite", "hematite", "赤铁矿", "hematita").also(&["黑胆石", "haematite"]).with(&[("nature", "natural"), ("formula", "Fe2O3")]),
        t("apatite", "apatite", "磷灰石", "apatita").with(MINERAL),
        t("kyanite", "kyanite", "蓝晶石", "cianita").also(&["disthene", "distênio"]).with(MINERAL),
        t("andalusite", "andalusite", "红柱石", "andaluzita").with(MINERAL),
        t("spodumene", "spodumene", "锂辉石", "espodumênio").also(&["espodumena"]).with(MINERAL),
        t("zoisite", "zoisite", "黝帘石", "zoisita").with(MINERAL),
        t("epidote", "epidote", "绿帘石", "epídoto").also(&["epidoto"]).with(MINERAL),
        t("cordierite", "cordierite", "堇青石", "cordierita").also(&["iolite", "iolita"]).with(MINERAL),
        t("prehnite", "prehnite", "葡萄石", "prehnita").with(MINERAL),
        t("howlite", "howlite", "羟硅硼钙石", "howlita").also(&["白松石"]).with(MINERAL),
        t("magnesite", "magnesite", "菱镁矿", "magnesita").with(MINERAL),
        t("danburite", "danburite", "赛黄晶", "danburita").with(MINERAL),
        t("apophyllite", "apophyllite", "鱼眼石", "apofilita").with(MINERAL),
        t("stilbite", "stilbite", "辉沸石", "estilbita").with(MINERAL),
        t("dumortierite", "dumortierite", "蓝线石", "dumortierita").with(MINERAL),
        t("clinochlore", "clinochlore", "斜绿泥石", "clinocloro").also(&["seraphinite", "绿龙晶"]).with(MINERAL),
        t("enstatite", "enstatite", "顽火辉石", "enstatita").with(MINERAL),
        t("diopside", "diopside", "透辉石", "diopsídio").with(MINERAL),
        t("sulfur", "sulfur", "自然硫", "enxofre").also(&["sulphur", "硫磺"]).with(MINERAL),
        t("amber", "amber", "琥珀", "âmbar").also(&["蜜蜡"]).with(MINERAL),
        t("jet", "jet", "煤精", "azeviche").with(MINERAL),
        t("obsidian", "obsidian", "黑曜石", "obsidiana").also(&["曜石", "黑耀石"]).with(&[("nature", "natural_glass")]),
        // Faking of moldavite is endemic: a lab's finding matters more here than a name.
        t("tektite", "tektite", "玻璃陨石", "tectito").also(&["雷公墨"]).with(&[("nature", "natural_glass")]),
        t("synthetic_quartz", "synthetic quartz", "合成水晶", "quartzo sintético")
            .also(&["hydrothermal quartz", "水热法水晶", "人造水晶", "养晶"]).with(&[("nature", "synthetic"), ("formula", "SiO2")]),
        t("synthetic_opal", "synthetic opal", "合成欧泊", "opala sintética").with(&[("nature", "synthetic")]),
        t("synthetic_turquoise", "synthetic turquoise", "合成绿松石", "turquesa sintética").with(&[("nature", "synthetic")]),
        t("cubic_zirconia", "cubic zirconia", "合成立方氧化锆", "zircônia cúbica").also(&["锆钻", "zirconia"])
            .with(&[("nature", "synthetic"), ("formula", "ZrO2")]),
        t("fused_quartz", "fused quartz", "熔炼水晶", "quartzo fundido").also(&["熔融石英", "quartz glass", "石英玻璃", "cherry quartz"])
            .with(&[("nature", "artificial_glass"), ("formula", "SiO2")]),
        t("glass", "glass", "玻璃", "vidro").also(&["料器", "琉璃"]).with(&[("nature", "artificial_glass")]),
        t("reconstructed_stone", "reconstructed stone", "再造石", "pedra reconstruída").also(&["reconstituted stone", "压制石", "再造宝石"])
            .with(&[("nature", "reconstructed")]),
        t("composite_stone", "composite stone", "拼合石", "pedra composta").also(&["doublet", "triplet"]).with(&[("nature", "composite")]),
    ],
    /// SiO2 in crystals.
    QUARTZ = "quartz",
}

impl Code<Species> {
    /// Natural, synthetic, glass and so on.
    #[must_use]
    pub fn nature(self) -> Code<Nature> {
        // A test holds every species to having one.
        self.attribute("nature").and_then(|code| Code::parse(code).ok()).unwrap_or(Nature::NATURAL)
    }

    /// Whether it may be called natural: grown or molten by nature (rule L4).
    #[must_use]
    pub fn is_natural(self) -> bool {
        [Nature::NATURAL, Nature::NATURAL_GLASS].contains(&self.nature())
    }
}

/// A variety's species, as its attribute list.
macro_rules! of {
    ($species:literal) => {
        &[("species", $species)]
    };
    ($species:literal, $($key:literal = $value:literal),+) => {
        &[("species", $species), $(($key, $value)),+]
    };
}

vocabulary! {
    /// The variety, always of one species (attribute `species`).
    Variety, "variety", [
        t("rock_crystal", "rock crystal", "白水晶", "cristal de rocha")
            .also(&["clear quartz", "白晶", "无色水晶", "quartzo hialino", "quartzo transparente", "crystal"]).with(of!("quartz")),
        t("amethyst", "amethyst", "紫水晶", "ametista").also(&["紫晶", "amatista"]).with(of!("quartz")),
        t("citrine", "citrine", "黄水晶", "citrino").also(&["黄晶"]).with(of!("quartz")),
        t("ametrine", "ametrine", "紫黄晶", "ametrino").also(&["bolivianite"]).with(of!("quartz")),
        t("smoky_quartz", "smoky quartz", "烟晶", "quartzo fumê").also(&["茶晶", "烟水晶", "茶水晶", "quartzo enfumaçado", "smokey quartz"])
            .with(of!("quartz")),
        t("morion", "morion", "墨晶", "morion").also(&["black quartz", "墨水晶", "黑水晶"]).with(of!("quartz")),
        t("rose_quartz", "rose quartz", "粉晶", "quartzo rosa").also(&["芙蓉石", "粉水晶", "蔷薇水晶", "玫瑰水晶", "芙蓉晶"])
            .with(of!("quartz")),
        t("rutilated_quartz", "rutilated quartz", "发晶", "quartzo rutilado").also(&["金发晶", "钛晶", "红发晶", "银发晶", "金红石发晶"])
            .with(of!("quartz")),
        t("tourmalinated_quartz", "tourmalinated quartz", "黑发晶", "quartzo turmalinado").also(&["碧玺发晶"]).with(of!("quartz")),
        t("actinolite_quartz", "actinolite quartz", "绿发晶", "quartzo com actinolita").with(of!("quartz")),
        t("phantom_quartz", "phantom quartz", "幻影水晶", "quartzo fantasma")
            .also(&["绿幽灵", "chlorite quartz", "绿幽灵水晶", "幽灵水晶", "green phantom", "garden quartz"]).with(of!("quartz")),
        t("strawberry_quartz", "strawberry quartz", "草莓晶", "quartzo morango").also(&["草莓水晶"]).with(of!("quartz")),
        t("hematoid_quartz", "hematoid quartz", "红胶花", "quartzo hematoide").also(&["fire quartz", "胶花水晶", "胶花"]).with(of!("quartz")),
        t("super_seven", "quartz with seven inclusions", "超七", "quartzo super sete").also(&["super seven", "超级七", "melody stone"])
            .with(of!("quartz")),
        // Natural prasiolite is rare: most is heated or irradiated amethyst.
        t("prasiolite", "prasiolite", "绿水晶", "prasiolita").also(&["green amethyst", "green quartz"]).with(of!("quartz")),
        t("milky_quartz", "milky quartz", "乳石英", "quartzo leitoso").also(&["奶油晶", "乳白水晶", "snow quartz"]).with(of!("quartz")),
        t("aventurine", "aventurine", "东陵石", "aventurina").also(&["东陵玉", "quartzo aventurina", "green aventurine"]).with(of!("quartz")),
        t("tiger_eye", "tiger's eye", "虎眼石", "olho de tigre").also(&["tigereye", "虎睛石", "tiger iron"]).with(of!("quartz")),
        t("hawk_eye", "hawk's eye", "鹰眼石", "olho de falcão").also(&["鹰睛石", "blue tiger eye"]).with(of!("quartz")),
        t("cats_eye_quartz", "cat's-eye quartz", "石英猫眼", "quartzo olho de gato").also(&["水晶猫眼"]).with(of!("quartz")),
        t("star_quartz", "star quartz", "星光水晶", "quartzo estrela").also(&["星光粉晶"]).with(of!("quartz")),
        // Sold as natural, blue quartz is mostly synthetic.
        t("blue_quartz", "blue quartz", "蓝水晶", "quartzo azul").also(&["蓝石英"]).with(of!("quartz")),
        t("herkimer", "Herkimer-type quartz", "闪灵钻", "quartzo herkimer").also(&["herkimer diamond", "赫基蒙水晶"]).with(of!("quartz")),
        t("quartzite", "quartzite", "石英岩", "quartzito").also(&["石英岩玉"]).with(of!("quartz")),
        t("agate", "agate", "玛瑙", "ágata").also(&["天然玛瑙"]).with(of!("chalcedony")),
        t("moss_agate", "moss agate", "苔藓玛瑙", "ágata musgo").also(&["水草玛瑙", "水草玉髓"]).with(of!("chalcedony")),
        t("nanhong_agate", "Nanhong agate", "南红玛瑙", "ágata nanhong").also(&["南红"]).with(of!("chalcedony")),
        t("yanyuan_agate", "Yanyuan agate", "盐源玛瑙", "ágata yanyuan").with(of!("chalcedony")),
        t("alxa_agate", "Alxa agate", "阿拉善玛瑙", "ágata alxa").also(&["阿拉善", "alashan agate"]).with(of!("chalcedony")),
        t("blue_lace_agate", "blue lace agate", "蓝纹玛瑙", "ágata azul rendada").also(&["blue chalcedony"]).with(of!("chalcedony")),
        t("carnelian", "carnelian", "红玉髓", "cornalina").also(&["cornelian"]).with(of!("chalcedony")),
        t("chrysoprase", "chrysoprase", "澳玉", "crisoprásio").also(&["绿玉髓", "澳洲玉", "crisoprasa"]).with(of!("chalcedony")),
        t("jasper", "jasper", "碧石", "jaspe").also(&["碧玉岩", "海洋碧玉", "ocean jasper"]).with(of!("chalcedony")),
        t("bloodstone", "bloodstone", "血石", "heliotrópio").also(&["heliotrope", "鸡血石玉髓"]).with(of!("chalcedony")),
        t("onyx", "onyx", "缟玛瑙", "ônix").also(&["黑玛瑙", "black agate", "ónix"]).with(of!("chalcedony")),
        t("sardonyx", "sardonyx", "缠丝玛瑙", "sardônica").with(of!("chalcedony")),
        t("petrified_wood", "petrified wood", "硅化木", "madeira petrificada").also(&["木化石", "树化玉"]).with(of!("chalcedony")),
        t("fire_opal", "fire opal", "火欧泊", "opala de fogo").with(of!("opal")),
        t("pink_opal", "pink opal", "粉欧泊", "opala rosa").also(&["粉蛋白"]).with(of!("opal")),
        t("precious_opal", "precious opal", "贵欧泊", "opala nobre").with(of!("opal")),
        t("rainbow_fluorite", "banded fluorite", "彩虹萤石", "fluorita arco-íris").also(&["rainbow fluorite", "七彩萤石"]).with(of!("fluorite")),
        t("green_fluorite", "green fluorite", "绿萤石", "fluorita verde").with(of!("fluorite")),
        t("purple_fluorite", "purple fluorite", "紫萤石", "fluorita roxa").with(of!("fluorite")),
        t("blue_john", "banded blue fluorite", "蓝约翰萤石", "fluorita blue john").also(&["blue john"]).with(of!("fluorite")),
        t("schorl", "black tourmaline", "黑碧玺", "turmalina negra").also(&["schorl", "黑电气石", "afrizita"]).with(of!("tourmaline")),
        t("elbaite", "elbaite", "锂碧玺", "elbaíta").also(&["彩碧玺"]).with(of!("tourmaline")),
        t("rubellite", "rubellite", "红碧玺", "rubelita").also(&["双桃红碧玺", "turmalina rosa"]).with(of!("tourmaline")),
        t("indicolite", "indicolite", "蓝碧玺", "indicolita").with(of!("tourmaline")),
        t("verdelite", "verdelite", "绿碧玺", "verdelita").also(&["green tourmaline", "turmalina verde"]).with(of!("tourmaline")),
        t("paraiba", "Paraíba-type tourmaline", "帕拉伊巴碧玺", "turmalina paraíba").also(&["paraiba", "帕拉伊巴"]).with(of!("tourmaline")),
        t("watermelon_tourmaline", "watermelon tourmaline", "西瓜碧玺", "turmalina melancia").with(of!("tourmaline")),
        t("aquamarine", "aquamarine", "海蓝宝石", "água-marinha").also(&["海蓝宝"]).with(of!("beryl")),
        t("morganite", "morganite", "摩根石", "morganita").also(&["粉绿柱石"]).with(of!("beryl")),
        t("emerald", "emerald", "祖母绿", "esmeralda").with(of!("beryl")),
        t("heliodor", "heliodor", "金绿柱石", "heliodoro").also(&["golden beryl"]).with(of!("beryl")),
        t("goshenite", "goshenite", "透绿柱石", "goshenita").with(of!("beryl")),
        t("almandine", "almandine", "铁铝榴石", "almandina").with(of!("garnet")),
        t("pyrope", "pyrope", "镁铝榴石", "piropo").with(of!("garnet")),
        t("rhodolite", "rhodolite", "玫瑰榴石", "rodolita").also(&["紫牙乌石榴石"]).with(of!("garnet")),
        t("spessartine", "spessartine", "锰铝榴石", "espessartita").also(&["芬达石", "mandarin garnet"]).with(of!("garnet")),
        t("tsavorite", "tsavorite", "沙弗莱石", "tsavorita").also(&["沙弗莱"]).with(of!("garnet")),
        t("demantoid", "demantoid", "翠榴石", "demantoide").with(of!("garnet")),
        t("grossular", "grossular", "钙铝榴石", "grossulária").with(of!("garnet")),
        t("blue_topaz", "blue topaz", "蓝托帕石", "topázio azul").also(&["蓝黄玉"]).with(of!("topaz")),
        t("imperial_topaz", "imperial topaz", "帝王托帕石", "topázio imperial").with(of!("topaz")),
        t("ruby", "ruby", "红宝石", "rubi").with(of!("corundum")),
        t("sapphire", "sapphire", "蓝宝石", "safira").also(&["彩蓝宝", "彩色蓝宝石"]).with(of!("corundum")),
        t("labradorite", "labradorite", "拉长石", "labradorita").also(&["灰月光", "光谱石", "spectrolite"]).with(of!("feldspar")),
        t("moonstone", "moonstone", "月光石", "pedra da lua").also(&["adularia", "白月光", "蓝月光"]).with(of!("feldspar")),
        t("amazonite", "amazonite", "天河石", "amazonita").also(&["亚马逊石"]).with(of!("feldspar")),
        t("sunstone", "sunstone", "日光石", "pedra do sol").also(&["太阳石", "金太阳"]).with(of!("feldspar")),
        t("strawberry_sunstone", "strawberry sunstone", "金草莓", "pedra do sol morango").with(of!("feldspar")),
        t("larimar", "larimar", "拉利玛", "larimar").also(&["海纹石", "拉利马"]).with(of!("pectolite")),
        t("selenite", "selenite", "透石膏", "selenita").also(&["satin spar"]).with(of!("gypsum")),
        t("desert_rose", "desert rose", "沙漠玫瑰", "rosa do deserto").with(of!("gypsum")),
        t("iceland_spar", "Iceland spar", "冰洲石", "espato da islândia").with(of!("calcite")),
        t("honey_calcite", "honey calcite", "蜜糖方解石", "calcita mel").with(of!("calcite")),
        t("mangano_calcite", "mangano calcite", "锰方解石", "calcita manganífera").also(&["粉方解石"]).with(of!("calcite")),
        t("chiastolite", "chiastolite", "空晶石", "quiastolita").also(&["十字石玉"]).with(of!("andalusite")),
        t("kunzite", "kunzite", "紫锂辉", "kunzita").also(&["孔赛石", "紫锂辉石"]).with(of!("spodumene")),
        t("hiddenite", "hiddenite", "翠绿锂辉石", "hiddenita").with(of!("spodumene")),
        t("tanzanite", "tanzanite", "坦桑石", "tanzanita").with(of!("zoisite")),
        t("ruby_zoisite", "ruby in zoisite", "红绿宝石", "rubi em zoisita").also(&["anyolite", "红绿宝"]).with(of!("zoisite")),
        t("unakite", "unakite", "绿帘花岗石", "unakita").also(&["花绿石"]).with(of!("epidote")),
        t("bronzite", "bronzite", "古铜辉石", "bronzita").with(of!("enstatite")),
        t("fuchsite", "fuchsite", "铬云母", "fuchsita").with(of!("muscovite")),
        t("rainbow_obsidian", "rainbow obsidian", "彩虹眼黑曜石", "obsidiana arco-íris").also(&["彩曜石", "彩虹黑曜石"]).with(of!("obsidian")),
        t("gold_obsidian", "golden obsidian", "金曜石", "obsidiana dourada").also(&["golden sheen obsidian", "gold sheen obsidian"])
            .with(of!("obsidian")),
        t("silver_obsidian", "silver obsidian", "银曜石", "obsidiana prateada").also(&["silver sheen obsidian"]).with(of!("obsidian")),
        t("snowflake_obsidian", "snowflake obsidian", "雪花黑曜石", "obsidiana floco de neve").also(&["雪花曜石"]).with(of!("obsidian")),
        t("moldavite", "moldavite", "捷克陨石", "moldavita").also(&["绿玻陨石", "莫尔道玻陨石"]).with(of!("tektite")),
        t("synthetic_amethyst", "synthetic amethyst", "合成紫水晶", "ametista sintética").also(&["合成紫晶"]).with(of!("synthetic_quartz")),
        t("synthetic_citrine", "synthetic citrine", "合成黄水晶", "citrino sintético").also(&["合成黄晶"]).with(of!("synthetic_quartz")),
        t("k9_glass", "K9 glass", "K9玻璃", "vidro K9").also(&["K9", "K9水晶", "crystal glass", "人造水晶玻璃"]).with(of!("glass")),
        t("opalite", "opalite glass", "蛋白玻璃", "opalina").also(&["opalite", "蛋白石玻璃"]).with(of!("glass")),
        t("goldstone", "goldstone glass", "金砂石", "pedra do sol artificial").also(&["goldstone", "金星石", "蓝砂石", "蓝金石"]).with(of!("glass")),
    ],
}

impl Code<Variety> {
    /// The species it is a variety of.
    #[must_use]
    pub fn species(self) -> Code<Species> {
        // A test holds every variety to having one.
        self.attribute("species").and_then(|code| Code::parse(code).ok()).unwrap_or(Species::QUARTZ)
    }
}

vocabulary! {
    /// The shape. Attribute `stage`: raw, semi (needs more work), finished.
    Form, "form", [
        t("rough", "rough", "原石", "bruto").also(&["原料", "毛料", "荒料", "raw", "bruta", "pedra bruta", "未加工", "raw stone"]).with(&[("stage", "raw")]),
        t("crystal_point", "natural point", "原生晶柱", "ponta natural").also(&["natural crystal point", "单晶", "terminated crystal"])
            .with(&[("stage", "raw")]),
        t("cluster", "cluster", "晶簇", "drusa").also(&["druse", "druzy", "晶花"]).with(&[("stage", "raw")]),
        t("geode", "geode", "晶洞", "geodo").also(&["晶洞原石", "紫晶洞", "聚宝盆", "capela"]).with(&[("stage", "raw")]),
        t("slab", "slab", "片料", "placa").also(&["slice", "切片", "板料", "fatia"]).with(&[("stage", "semi")]),
        t("sawn_block", "sawn block", "方料", "bloco serrado").also(&["块料", "简单锯开", "sawn"]).with(&[("stage", "semi")]),
        t("preform", "preform", "坯料", "pré-forma").also(&["毛坯", "粗坯", "预形", "简单成形", "roughly shaped", "preforma"]).with(&[("stage", "semi")]),
        t("chips", "chips", "碎石", "cascalho").also(&["gravel", "碎料", "小料"]).with(&[("stage", "semi")]),
        t("powder", "powder", "粉末", "pó").also(&["石粉", "dust"]).with(&[("stage", "semi")]),
        t("sphere", "sphere", "球", "esfera").also(&["水晶球", "ball", "圆球", "bola"]).with(&[("stage", "finished")]),
        t("bead", "bead", "珠子", "conta").also(&["圆珠", "珠", "散珠", "beads", "contas"]).with(&[("stage", "finished")]),
        t("faceted", "faceted stone", "刻面石", "pedra facetada").also(&["刻面", "faceted", "facetado", "lapidada"]).with(&[("stage", "finished")]),
        t("cabochon", "cabochon", "弧面石", "cabochão").also(&["弧面", "戒面", "蛋面", "素面", "cab"]).with(&[("stage", "finished")]),
        t("carving", "carving", "雕件", "escultura").also(&["雕刻件", "摆件", "雕刻", "entalhe", "figurine"]).with(&[("stage", "finished")]),
        t("tumbled", "tumbled stone", "滚石", "pedra rolada").also(&["抛光碎石", "滚抛石", "tumbled", "rolado", "tumble"]).with(&[("stage", "finished")]),
        t("point", "polished point", "晶柱", "ponta polida").also(&["水晶柱", "六棱柱", "tower", "generator", "obelisk", "单尖", "双尖"])
            .with(&[("stage", "finished")]),
        t("palm_stone", "palm stone", "掌心石", "pedra de mão").also(&["手把件", "worry stone"]).with(&[("stage", "finished")]),
        t("freeform", "polished freeform", "抛光自由形", "forma livre polida").also(&["freeform", "抛光原形"]).with(&[("stage", "finished")]),
        t("egg", "egg", "蛋形", "ovo").with(&[("stage", "finished")]),
        t("pyramid", "pyramid", "金字塔", "pirâmide").with(&[("stage", "finished")]),
        t("heart", "heart", "心形", "coração").also(&["爱心"]).with(&[("stage", "finished")]),
        t("bowl", "bowl", "碗", "tigela").with(&[("stage", "finished")]),
        t("inner_painted", "inner-painted piece", "内画件", "peça pintada por dentro").also(&["内画", "snuff bottle", "鼻烟壶"]).with(&[("stage", "finished")]),
        t("strand", "strand of beads", "串珠", "fio de contas").also(&["珠串", "strand", "条珠"]).with(&[("stage", "finished")]),
        t("bracelet", "bracelet", "手链", "pulseira").also(&["手串", "手珠", "手镯链"]).with(&[("stage", "finished")]),
        t("bangle", "bangle", "手镯", "bracelete").with(&[("stage", "finished")]),
        t("necklace", "necklace", "项链", "colar").with(&[("stage", "finished")]),
        t("pendant", "pendant", "吊坠", "pingente").also(&["挂坠", "挂件", "牌子"]).with(&[("stage", "finished")]),
        t("ring", "ring", "戒指", "anel").also(&["指环"]).with(&[("stage", "finished")]),
        t("earrings", "earrings", "耳饰", "brincos").also(&["耳环", "耳钉", "耳坠"]).with(&[("stage", "finished")]),
        t("specimen", "mineral specimen", "矿物标本", "espécime mineral").also(&["标本", "specimen", "矿标"]).with(&[("stage", "raw")]),
        t("lamp", "lamp", "水晶灯", "luminária").with(&[("stage", "finished")]),
        t("mixed", "mixed forms", "混合", "formas mistas").also(&["混装", "杂件"]).with(&[("stage", "semi")]),
    ],
}

vocabulary! {
    /// What is joined to stones without being one of them. Attribute `nature`: what the whole becomes with it (rule L4);
    /// `treatment`: what it does to what it touches.
    ForeignMaterial, "foreign_material", [
        t("cord", "cord or elastic", "绳线", "cordão ou elástico").also(&["线", "弹力线", "string", "fio"]),
        t("silver", "silver", "银", "prata").also(&["925银", "sterling silver"]),
        t("gold", "gold", "金", "ouro").also(&["K金"]),
        t("plated_metal", "plated metal", "镀金属", "metal banhado").also(&["镀金", "镀银"]),
        t("base_metal", "base metal", "普通金属", "metal comum").also(&["铜", "合金", "钢", "brass", "steel", "alloy"]),
        t("wood", "wood", "木", "madeira").also(&["木座", "wooden base"]),
        t("leather", "leather", "皮", "couro"),
        t("textile", "textile", "织物", "tecido").also(&["流苏", "tassel"]),
        t("plastic", "plastic", "塑料", "plástico"),
        t("glue", "glue", "胶", "cola").also(&["环氧", "epoxy"]).with(&[("treatment", "glue")]),
        // What imitates stone is never passed over as a mere finding.
        t("glass", "glass", "玻璃", "vidro").also(&["玻璃珠", "glass beads"]).with(&[("nature", "artificial_glass")]),
        t("resin", "resin in the shape of stone", "树脂件", "resina em forma de pedra").with(&[("nature", "composite")]),
        t("shell_or_pearl", "shell or pearl", "贝壳或珍珠", "concha ou pérola"),
        t("lamp_parts", "lamp or electric parts", "灯具配件", "partes de luminária"),
        t("other", "other foreign material", "其他外加材料", "outro material externo"),
    ],
}

impl Code<ForeignMaterial> {
    /// What the whole becomes with it, if it imitates stone.
    #[must_use]
    pub fn nature(self) -> Option<Code<Nature>> {
        self.attribute("nature").and_then(|code| Code::parse(code).ok())
    }

    /// The treatment that it is to what it touches.
    #[must_use]
    pub fn treatment(self) -> Option<Code<Treatment>> {
        self.attribute("treatment").and_then(|code| Code::parse(code).ok())
    }
}

vocabulary! {
    /// A name in the trade that belongs to stone of one place (rule L6). Attributes: `country`, and `place`: what the
    /// stated district must contain, any of them. Names and synonyms are what is protected, wherever they stand in a
    /// name of goods; "carved in Donghai" is not one of them.
    ProtectedName, "protected_name", [
        t("donghai_crystal", "Donghai crystal", "东海水晶", "cristal de Donghai")
            .also(&["Donghai quartz", "Donghai rock crystal", "东海天然水晶", "东海石英", "quartzo de Donghai", "Donghai-Kristall", "cristal de roche de Donghai"])
            .with(&[("country", "CN"), ("place", "donghai 东海")]),
    ],
}
