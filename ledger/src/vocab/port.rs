//! Ports of the trade, by UN/LOCODE. A seed, not the register: others are added as lots come from them.
//!
//! The seed was written from general knowledge; codes of small ports are to be checked against the UN/LOCODE list.

use super::{Code, Country, t, vocabulary};

vocabulary! {
    /// A sea or air port by UN/LOCODE: the first two letters are the country.
    Port, "port", [
        t("CNLYG", "Lianyungang", "连云港", "Lianyungang"),
        t("CNSHA", "Shanghai", "上海", "Xangai"),
        t("CNTAO", "Qingdao", "青岛", "Qingdao"),
        t("CNNGB", "Ningbo", "宁波", "Ningbo"),
        t("CNCAN", "Guangzhou", "广州", "Cantão"),
        t("CNSZX", "Shenzhen", "深圳", "Shenzhen"),
        t("CNXMN", "Xiamen", "厦门", "Xiamen"),
        t("CNTXG", "Tianjin Xingang", "天津新港", "Tianjin"),
        t("CNNKG", "Nanjing", "南京", "Nanquim"),
        t("HKHKG", "Hong Kong", "香港", "Hong Kong"),
        t("BRSSZ", "Santos", "桑托斯", "Santos"),
        t("BRRIG", "Rio Grande", "里奥格兰德", "Rio Grande"),
        t("BRITJ", "Itajaí", "伊塔雅伊", "Itajaí"),
        t("BRVIX", "Vitória", "维多利亚", "Vitória"),
        t("BRSSA", "Salvador", "萨尔瓦多", "Salvador").also(&["Salvador da Bahia"]),
        t("BRRIO", "Rio de Janeiro", "里约热内卢", "Rio de Janeiro"),
        t("UYMVD", "Montevideo", "蒙得维的亚", "Montevidéu"),
        t("ARBUE", "Buenos Aires", "布宜诺斯艾利斯", "Buenos Aires"),
        t("CLARI", "Arica", "阿里卡", "Arica"),
        t("PECLL", "Callao", "卡亚俄", "Callao"),
        t("MXZLO", "Manzanillo", "曼萨尼约", "Manzanillo"),
        t("DOHAI", "Rio Haina", "里奥海纳", "Rio Haina"),
        t("COCTG", "Cartagena", "卡塔赫纳", "Cartagena"),
        t("MGTMM", "Toamasina", "塔马塔夫", "Toamasina").also(&["MGTOA", "Tamatave"]),
        t("TZDAR", "Dar es Salaam", "达累斯萨拉姆", "Dar es Salaam"),
        t("KEMBA", "Mombasa", "蒙巴萨", "Mombaça"),
        t("MZBEW", "Beira", "贝拉", "Beira"),
        t("MZMNC", "Nacala", "纳卡拉", "Nacala"),
        t("NAWVB", "Walvis Bay", "沃尔维斯湾", "Walvis Bay"),
        t("ZADUR", "Durban", "德班", "Durban"),
        t("NGAPP", "Apapa, Lagos", "阿帕帕（拉各斯）", "Apapa, Lagos").also(&["Lagos", "拉各斯"]),
        t("MACAS", "Casablanca", "卡萨布兰卡", "Casablanca"),
        t("LKCMB", "Colombo", "科伦坡", "Colombo"),
        t("INNSA", "Nhava Sheva", "那瓦什瓦", "Nhava Sheva").also(&["Jawaharlal Nehru", "JNPT"]),
        t("INMUN", "Mundra", "蒙德拉", "Mundra"),
        t("INMAA", "Chennai", "金奈", "Chennai"),
        t("PKKHI", "Karachi", "卡拉奇", "Carachi"),
        t("MMRGN", "Yangon", "仰光", "Yangon"),
        t("IDSUB", "Surabaya", "泗水", "Surabaia"),
        t("AUBNE", "Brisbane", "布里斯班", "Brisbane"),
        t("AUADL", "Adelaide", "阿德莱德", "Adelaide"),
        t("USLAX", "Los Angeles", "洛杉矶", "Los Angeles"),
        t("USHOU", "Houston", "休斯敦", "Houston"),
        t("USNYC", "New York", "纽约", "Nova Iorque"),
        t("DEHAM", "Hamburg", "汉堡", "Hamburgo"),
        t("NLRTM", "Rotterdam", "鹿特丹", "Roterdã"),
        t("GBFXT", "Felixstowe", "费利克斯托", "Felixstowe"),
        t("ITGOA", "Genoa", "热那亚", "Gênova"),
        t("RUVVO", "Vladivostok", "符拉迪沃斯托克", "Vladivostok").also(&["海参崴"]),
        t("JPYOK", "Yokohama", "横滨", "Yokohama"),
        t("KRPUS", "Busan", "釜山", "Busan"),
        t("SGSIN", "Singapore", "新加坡", "Singapura"),
        t("AEJEA", "Jebel Ali", "杰贝阿里", "Jebel Ali"),
    ],
}

impl Code<Port> {
    /// The country of the port.
    #[must_use]
    pub fn country(self) -> Option<Code<Country>> {
        self.as_str().get(..2).and_then(|code| Code::parse(code).ok())
    }
}
