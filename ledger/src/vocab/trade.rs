//! Terms of trade: Incoterms 2020, units of UN/ECE Recommendation 20 in use here, sale channels.
//!
//! Masses on the ledger are milligrams; the units here are for exports to other formats.

use super::{t, vocabulary};

vocabulary! {
    /// Incoterms 2020, ICC.
    Incoterm, "incoterm", [
        t("EXW", "Ex Works", "工厂交货", "na origem"),
        t("FCA", "Free Carrier", "货交承运人", "livre no transportador"),
        t("FAS", "Free Alongside Ship", "船边交货", "livre ao lado do navio"),
        t("FOB", "Free On Board", "船上交货", "livre a bordo"),
        t("CFR", "Cost and Freight", "成本加运费", "custo e frete"),
        t("CIF", "Cost, Insurance and Freight", "成本、保险费加运费", "custo, seguro e frete"),
        t("CPT", "Carriage Paid To", "运费付至", "transporte pago até"),
        t("CIP", "Carriage and Insurance Paid To", "运费和保险费付至", "transporte e seguro pagos até"),
        t("DAP", "Delivered At Place", "目的地交货", "entregue no local"),
        t("DPU", "Delivered at Place Unloaded", "目的地卸货后交货", "entregue no local desembarcado"),
        t("DDP", "Delivered Duty Paid", "完税后交货", "entregue com direitos pagos"),
    ],
}

vocabulary! {
    /// Units of UN/ECE Recommendation 20 in use here. Attribute `mg`: milligrams in one, for units of mass.
    Unit, "unit", [
        t("TNE", "tonne", "吨", "tonelada").also(&["t"]).with(&[("mg", "1000000000")]),
        t("KGM", "kilogram", "千克", "quilograma").also(&["kg", "公斤"]).with(&[("mg", "1000000")]),
        t("GRM", "gram", "克", "grama").also(&["g"]).with(&[("mg", "1000")]),
        t("CTM", "metric carat", "克拉", "quilate métrico").also(&["ct", "carat"]).with(&[("mg", "200")]),
        t("MGM", "milligram", "毫克", "miligrama").also(&["mg"]).with(&[("mg", "1")]),
        t("H87", "piece", "件", "peça").also(&["pcs", "个", "粒", "颗"]),
    ],
}

vocabulary! {
    /// Where a sale is made.
    SaleChannel, "sale_channel", [
        t("live_stream", "live stream", "直播", "transmissão ao vivo").also(&["live"]),
        t("marketplace", "online marketplace", "电商平台", "plataforma on-line"),
        t("own_site", "own website", "独立站", "site próprio"),
        t("shop", "shop", "门店", "loja"),
        t("market_stall", "market stall", "市场摊位", "banca de mercado"),
        t("trade_fair", "trade fair", "展会", "feira"),
        t("wholesale", "wholesale", "批发", "atacado"),
        t("auction", "auction", "拍卖", "leilão"),
        t("private", "private sale", "私下交易", "venda particular"),
        t("cross_border_b2b", "cross-border, to a business", "跨境B2B", "exportação para empresa"),
        t("cross_border_b2c", "cross-border, to a consumer", "跨境B2C", "exportação para consumidor"),
    ],
}
