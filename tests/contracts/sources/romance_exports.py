"""What the platforms' interfaces export in Brazil and France, and what it must become."""

from tests.contracts.sources.platform_exports import Export

COMMA = 'decimal = ","'
DAY_FIRST = 'formats = { date_day = "%d/%m/%Y" }'
EXPORTS = {
    "Google Ads, Portuguese, with a sign before each amount": Export(
        "google_ads.report",
        """\
Relatório de campanhas
1 de janeiro de 2026 - 2 de janeiro de 2026
Status da campanha,Campanha,Dia,Código da moeda,Custo,Cliques,Impr.,Conversões,Valor conv.
Ativada,Spring,2026-01-01,USD,"R$ 1.661,67","1.234","25.881","2,50","R$ 99,90"
Ativada,Spring,2026-01-02,USD,"R$ 0,90",3,40,"0,00","R$ 0,00"
Total: campanhas, --, --,USD,"R$ 1.662,57","1.237","25.921","2,50","R$ 99,90"
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "2.5", "99.9", "USD"),
        (COMMA, 'symbols = ["R$"]'),
    ),
    "Meta Ads Manager, Portuguese": Export(
        "facebook_ads.ads_manager",
        """\
"Nome da conta","Nome da campanha","Nome do conjunto de anúncios","Nome do anúncio",Dia,\
"Identificação da conta","Identificação da campanha","Identificação do conjunto de anúncios",\
"Identificação do anúncio",Impressões,"Valor usado (USD)",Compras,"Valor de conversão da compra",\
"Cliques no link","Início dos relatórios","Encerramento dos relatórios"
Loja,Spring,Shoes,Red,2026-01-01,9,1,2,3,25881,1661.67,3,99.9,1234,2026-01-01,2026-01-01
Loja,Spring,Shoes,Red,2026-01-02,9,1,2,3,40,0.9,,,3,2026-01-02,2026-01-02
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Microsoft Advertising, Portuguese": Export(
        "microsoft_ads.report",
        """\
"Nome do relatório: Campanhas"

"Período","Nome da conta","Nome da campanha","Código da moeda","Impressões","Cliques","Gasto",\
"Conversões","Receita"
"01/01/2026","Loja","Spring","USD","25.881","1.234","1.661,67","3","99,90"
"02/01/2026","Loja","Spring","USD","40","3","0,90","0","0,00"
"13/01/2026","Loja","Spring","USD","0","0","0,00","0","0,00"
"Total","","","","25.921","1.237","1.662,57","3","99,90"
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
        (COMMA, DAY_FIRST),
    ),
    "LinkedIn Campaign Manager, French": Export(
        "linkedin_ads.campaign_manager",
        """\
Rapport sur les performances des campagnes (en UTC)

Date de début (en UTC)\tNom du compte\tDevise\tNom du groupe de campagnes\tNom de la campagne\t\
Total dépensé\tImpressions\tClics\tConversions
01/01/2026\tBoutique\tUSD\tSpring\tShoes\t1661,67\t25881\t1234\t3
02/01/2026\tBoutique\tUSD\tSpring\tShoes\t0,90\t40\t3\t0
31/01/2026\tBoutique\tUSD\tSpring\tShoes\t0,00\t0\t0\t0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", None, "USD"),
        (COMMA, DAY_FIRST),
        "utf-16",
    ),
    "TikTok Ads Manager, Portuguese": Export(
        "tiktok_ads.ads_manager",
        """\
Data,Nome da campanha,Nome do grupo de anúncios,Nome do anúncio,Custo,Impressões,\
Cliques (destino),Conversões,Moeda
2026-01-01,Spring,Shoes,Red,1661.67,25881,1234,3,USD
2026-01-02,Spring,Shoes,Red,0.90,40,3,0,USD
Total de 2 resultados,-,-,-,1662.57,25921,1237,3,-
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", None, "USD"),
    ),
    "Pinterest Ads Manager, Portuguese": Export(
        "pinterest_ads.ads_manager",
        """\
Data,Nome da campanha,Nome do grupo de anúncios,Gasto na moeda da conta,Impressões,Cliques de saída
2026-01-01,Spring,Shoes,1661.67,25881,1234
2026-01-02,Spring,Shoes,0.90,40,3
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", None, None, None),
    ),
}
